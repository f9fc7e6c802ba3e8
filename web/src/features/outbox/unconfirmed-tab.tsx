import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { useMay } from "../../app/session.ts";
import { DecisionButtons } from "../../components/decision/decision-buttons.tsx";
import { DecisionDialog, type Question } from "../../components/decision/decision-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { Notice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./outbox.module.css";
import { UnconfirmedMail } from "./unconfirmed-mail.tsx";

type Mail = Shape<"UnconfirmedMail">;

/** As many as are decided in one request. */
const PAGE_MAILS = 100;

/** The mails that only a person can decide on. */
export function UnconfirmedTab() {
  const { t } = useTranslation("outbox");
  const mayDecide = useMay("operator");
  const unconfirmed = useLongList({
    queryKey: [KEYS.unconfirmed, "pages"],
    ask: (page) => answerOf(api.GET("/api/v1/unconfirmed", { params: { query: { limit: PAGE_MAILS, ...page } } })),
    keyOf: ({ id }) => id,
    isDrawnWhole: true,
  });
  const empty = <EmptyState title={t("unconfirmed.empty")}>{t("unconfirmed.emptyHelp")}</EmptyState>;
  return (
    <div className={styles.panels}>
      <ListState list={unconfirmed} lines={8} empty={empty}>
        <Notice tone="doubt">
          {t("unconfirmed.about")} {!mayDecide && t("unconfirmed.readOnly")}
        </Notice>
        <Decisions mails={unconfirmed.rows} mayDecide={mayDecide} />
      </ListState>
      <LoadMore list={unconfirmed} />
    </div>
  );
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
      <DecisionButtons size="compact-sm" disabled={chosen === 0} onAsk={onAsk} />
    </div>
  );
}
