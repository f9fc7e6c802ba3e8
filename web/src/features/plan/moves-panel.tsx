import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import { zoneText } from "../../format/instants.ts";
import styles from "./plan.module.css";

type Moves = Shape<"PlanMoves">;

/** When planned mails were moved, and why. */
export function MovesPanel({ campaign: { id, zone } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("plan");
  const moves = useMoves(id);
  const items = moves.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={t("moves.title", { zone: zoneText(zone) })}>
      {moves.isPending && <Loading lines={3} />}
      {moves.isError && <ProblemNotice problem={moves.error} onRetry={() => void moves.refetch()} />}
      {moves.isSuccess && items.length === 0 && <EmptyState title={t("moves.empty")}>{t("moves.emptyHelp")}</EmptyState>}
      <ol className={styles.moves}>
        {items.map((one) => (
          <MovesLine key={one.id} moves={one} zone={zone} />
        ))}
      </ol>
      {moves.hasNextPage && (
        <Button variant="default" loading={moves.isFetchingNextPage} onClick={() => void moves.fetchNextPage()}>
          {t("action.loadMore", { ns: "common" })}
        </Button>
      )}
    </Panel>
  );
}

const PAGE_ROWS = 20;

function useMoves(id: number) {
  return useInfiniteQuery({
    queryKey: [KEYS.campaign, id, "moves"],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/moves", {
          params: { path: { id }, query: { limit: PAGE_ROWS, ...(pageParam !== "" && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

function MovesLine({ moves: { at, cause, causePhrase, moves }, zone }: { readonly moves: Moves; readonly zone: string }) {
  const { t } = useTranslation("plan");
  const say = useSaid();
  return (
    <li>
      <details>
        <summary>
          <Moment at={at} zone={zone} shape="second" /> {say(cause ?? "", causePhrase)}{" "}
          <span className={styles.hint}>{t("moves.count", { count: moves.length })}</span>
        </summary>
        <ul>
          {moves.map((move) => (
            <li key={move.id}>
              {move.lead}: <Moment at={move.from} zone={zone} shape="second" /> →{" "}
              <Moment at={move.to} zone={zone} shape="second" />
              {move.cause !== cause && <span className={styles.hint}> {say(move.cause, move.causePhrase)}</span>}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
