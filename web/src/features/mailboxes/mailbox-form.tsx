import { Button, Group, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { CheckResult } from "./check-result.tsx";
import type { MailboxDraft } from "./draft.ts";
import { checkTyped, type Mailbox, useSaveMailbox } from "./mailbox-queries.ts";
import styles from "./mailboxes.module.css";
import { RuleFields } from "./rule-fields.tsx";
import { SenderFields } from "./sender-fields.tsx";
import { ServerFields } from "./server-fields.tsx";

interface MailboxFormProps {
  readonly mailbox: Mailbox | undefined;
  /** What stands in the form at first. */
  readonly begin: MailboxDraft;
  onClose(): void;
}

/** What the parts of the form share. */
export interface FieldsProps {
  readonly draft: MailboxDraft;
  change(change: Partial<MailboxDraft>): void;
  /** What is wrong with a field of the API. */
  problemOf(field: string): string | undefined;
}

/** An account and its rules; it can be tried before it is saved. */
export function MailboxForm({ mailbox, begin, onClose }: MailboxFormProps) {
  const { t } = useTranslation("mailboxes");
  const [draft, setDraft] = useState(begin);
  const check = useMutation({ mutationFn: () => checkTyped(draft, mailbox) });
  const save = useSaveMailbox(mailbox, onClose);
  const result = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (check.status !== "idle") result.current?.scrollIntoView({ block: "nearest" });
  }, [check.status]);
  const faultOf = useFaultOf();
  const problem = [save.error, check.error].find((error) => error instanceof ApiProblem);
  const change = (some: Partial<MailboxDraft>) => {
    setDraft((before) => ({ ...before, ...some }));
    // What was found out is of an account that stands here no more.
    check.reset();
    save.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const fields: FieldsProps = { draft, change, problemOf: (field) => faultOf(problem, field) };
  const isBeside = problem?.errors.some(({ field }) => field in draft) === true;
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <SenderFields {...fields} isNew={mailbox === undefined} />
        <ServerFields {...fields} hasPassword={mailbox?.hasPassword === true} />
        <RuleFields {...fields} />
        <div aria-live="polite" ref={result}>
          <CheckResult
            check={check.data}
            isPending={check.isPending}
            problem={isBeside ? undefined : check.error}
            onGuess={({ host, port, security }) => change({ host, port, security })}
          />
        </div>
        {save.isError && !isBeside && <ProblemNotice problem={save.error} />}
        <Group justify="flex-end" className={styles.foot}>
          <Button
            variant="default"
            loading={check.isPending}
            disabled={draft.address === "" || draft.host === ""}
            onClick={() => {
              save.reset();
              check.mutate();
            }}
          >
            {t("check.open")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t(mailbox === undefined ? "add" : "action.save", { ns: mailbox === undefined ? "mailboxes" : "common" })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
