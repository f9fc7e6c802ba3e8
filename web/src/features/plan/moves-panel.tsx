import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import { zoneText } from "../../format/instants.ts";
import styles from "./plan.module.css";

type Moves = Shape<"PlanMoves">;

/** When planned mails were moved, and why. */
export function MovesPanel({ campaign: { id, zone } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("plan");
  const moves = useMoves(id);
  const empty = <EmptyState title={t("moves.empty")}>{t("moves.emptyHelp")}</EmptyState>;
  return (
    <Panel title={t("moves.title", { zone: zoneText(zone) })}>
      <ListState list={moves} lines={3} empty={empty}>
        <ol className={styles.moves}>
          {moves.rows.map((one) => (
            <MovesLine key={one.id} moves={one} zone={zone} />
          ))}
        </ol>
      </ListState>
      <LoadMore list={moves} />
    </Panel>
  );
}

const PAGE_MOVES = 20;

function useMoves(id: number) {
  return useLongList({
    queryKey: [KEYS.campaign, id, "moves"],
    ask: (page) =>
      answerOf(api.GET("/api/v1/campaigns/{id}/moves", { params: { path: { id }, query: { limit: PAGE_MOVES, ...page } } })),
    keyOf: (moves) => moves.id,
    isDrawnWhole: true,
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
