import { Button, Checkbox } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { DecisionDialog, type Question } from "./decision-dialog.tsx";
import styles from "./outbox.module.css";
import { UnconfirmedMail } from "./unconfirmed-mail.tsx";

type Mail = Shape<"UnconfirmedMail">;

/** As many as are decided in one request. */
const PAGE_MAILS = 100;

/** The mails that only a person can decide on. */
export function UnconfirmedTab() {
  const { t } = useTranslation("outbox");
  const mayDecide = useMay("operator");
  const list = useUnconfirmed();
  const mails = list.data?.pages.flatMap(({ items }) => items) ?? [];
  if (list.isPending) return <Loading lines={8} />;
  return (
    <div className={styles.panels}>
      {list.isError && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && mails.length === 0 && (
        <EmptyState title={t("unconfirmed.empty")}>{t("unconfirmed.emptyHelp")}</EmptyState>
      )}
      {mails.length > 0 && (
        <>
          <Notice tone="doubt">
            {t("unconfirmed.about")} {!mayDecide && t("unconfirmed.readOnly")}
          </Notice>
          <Decisions mails={mails} mayDecide={mayDecide} />
        </>
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("action.loadMore", { ns: "common" })}
        </Button>
      )}
    </div>
  );
}

function useUnconfirmed() {
  return useInfiniteQuery({
    queryKey: [KEYS.unconfirmed],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/unconfirmed", {
          params: { query: { limit: PAGE_MAILS, ...(pageParam !== "" && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

function Decisions({ mails, mayDecide }: { readonly mails: readonly Mail[]; readonly mayDecide: boolean }) {
  const { t } = useTranslation("outbox");
  const [chosenIds, setChosenIds] = useState<ReadonlySet<number>>(new Set());
  const [question, setQuestion] = useState<Question>();
  const [isAsking, setAsking] = useState(false);
  // What was decided meanwhile, here or elsewhere, is not chosen any more.
  const chosen = mails.filter(({ id }) => chosenIds.has(id)).slice(0, PAGE_MAILS);
  const choose = (id: number, isChosen: boolean) =>
    setChosenIds(new Set(isChosen ? [...chosenIds, id] : [...chosenIds].filter((one) => one !== id)));
  const ask = (decision: Question["decision"], asked: readonly Mail[]) => {
    setQuestion({ decision, mails: asked });
    setAsking(true);
  };
  return (
    <Panel title={t("unconfirmed.list")} flush>
      {mayDecide && mails.length > 1 && (
        <BulkBar
          chosen={chosen.length}
          all={Math.min(mails.length, PAGE_MAILS)}
          onChooseAll={(isChosen) => setChosenIds(new Set(isChosen ? mails.slice(0, PAGE_MAILS).map(({ id }) => id) : []))}
          onAsk={(decision) => ask(decision, chosen)}
        />
      )}
      <ul className={styles.list}>
        {mails.map((mail) => (
          <UnconfirmedMail
            key={mail.id}
            mail={mail}
            isChosen={chosenIds.has(mail.id)}
            onChoose={mayDecide && mails.length > 1 ? (isChosen) => choose(mail.id, isChosen) : undefined}
            onAsk={mayDecide ? (decision) => ask(decision, [mail]) : undefined}
          />
        ))}
      </ul>
      <DecisionDialog opened={isAsking} question={question} onClose={() => setAsking(false)} />
    </Panel>
  );
}

interface BulkBarProps {
  readonly chosen: number;
  /** How many can be chosen at once. */
  readonly all: number;
  onChooseAll(isChosen: boolean): void;
  onAsk(decision: Question["decision"]): void;
}

/** Decides on several mails alike. */
function BulkBar({ chosen, all, onChooseAll, onAsk }: BulkBarProps) {
  const { t } = useTranslation("outbox");
  return (
    <div className={styles.bulk}>
      <Checkbox
        label={t("unconfirmed.chooseAll")}
        checked={chosen === all}
        indeterminate={chosen > 0 && chosen < all}
        onChange={(event) => onChooseAll(event.target.checked)}
      />
      <span>{t("unconfirmed.chosen", { count: chosen })}</span>
      <Button size="compact-sm" disabled={chosen === 0} onClick={() => onAsk("mark-sent")}>
        {t("unconfirmed.markSent")}
      </Button>
      <Button size="compact-sm" variant="default" disabled={chosen === 0} onClick={() => onAsk("send-again")}>
        {t("unconfirmed.sendAgain")}
      </Button>
    </div>
  );
}
