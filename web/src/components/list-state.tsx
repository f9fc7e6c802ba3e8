import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { LongList } from "../api/use-long-list.ts";
import { Loading } from "./loading.tsx";
import { Notice, ProblemNotice } from "./notice.tsx";

interface ListStateProps {
  readonly list: Pick<LongList<unknown>, "isPending" | "isSuccess" | "problem" | "retry" | "rows" | "onEnd" | "busy">;
  /** About as many lines as the list will have. */
  readonly lines: number;
  /** Said in place of a list that has nothing. */
  readonly empty: ReactNode;
  /** The list, where it has something. */
  readonly children: ReactNode;
}

/** A list, or why it is not there: it comes, it could not be had, it is empty, or the search is at its bound and has found nothing yet. */
export function ListState({ list, lines, empty, children }: ListStateProps) {
  const { t } = useTranslation();
  const { onEnd, busy } = list;
  const isBare = list.isSuccess && list.rows.length === 0;
  const goOn = (
    <Button variant="default" loading={busy} onClick={onEnd}>
      {t("list.goOn")}
    </Button>
  );
  return (
    <>
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.retry} />}
      {list.isPending && list.problem === null && <Loading lines={lines} />}
      {isBare && onEnd !== undefined && <Notice actions={goOn}>{t("list.partial")}</Notice>}
      {isBare && onEnd === undefined && empty}
      {list.rows.length > 0 && children}
    </>
  );
}

/** For a list that is drawn whole: loads the next page where there is one. */
export function LoadMore({ list }: Pick<ListStateProps, "list">) {
  const { t } = useTranslation();
  if (list.onEnd === undefined || list.rows.length === 0) return null;
  return (
    <Button variant="default" mt="md" loading={list.busy} onClick={list.onEnd}>
      {t("action.loadMore")}
    </Button>
  );
}
