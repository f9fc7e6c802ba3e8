import { Button, Checkbox, TextInput } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useCreateDraft, useSaveDraft } from "./draft.ts";
import { MailboxState } from "./mailbox-state.tsx";
import { useMailboxes } from "./mailboxes.ts";
import { StepFrame } from "./step-frame.tsx";
import { useStepForm } from "./step-form.ts";
import { unsavedKey } from "./unsaved.ts";
import styles from "./wizard.module.css";

type Mailbox = Shape<"Mailbox">;

interface Chosen {
  readonly name: string;
  readonly mailboxIds: number[];
}

/** What the campaign is called, and from whom its mails come. The draft is made here. */
export function MailboxesStep({ draft }: { readonly draft: Campaign | undefined }) {
  const { t } = useTranslation("wizard");
  const navigate = useNavigate();
  const form = useChoice(draft);
  const mailboxes = useMailboxes();
  const [wasAsked, setAsked] = useState(false);
  const { name, mailboxIds } = form.value;
  const noName = wasAsked && name.trim() === "";
  const noMailbox = wasAsked && mailboxIds.length === 0;
  const next = async () => {
    setAsked(true);
    if (name.trim() === "" || mailboxIds.length === 0) return;
    const id = await form.go();
    if (id !== undefined) await navigate({ to: "/campaigns/new", search: { draft: id, step: "leads" } });
  };
  const nameError = noName ? t("mailboxes.nameNeeded") : isNameTaken(form.problem) ? t("mailboxes.nameTaken") : undefined;
  return (
    <StepFrame step="mailboxes" draftId={draft?.id} onNext={() => void next()} busy={form.isSaving}>
      <Panel title={t("mailboxes.campaign")}>
        <TextInput
          className={styles.short}
          label={t("mailboxes.name")}
          description={t("mailboxes.nameHelp")}
          maxLength={200}
          required
          value={name}
          error={nameError}
          onChange={(event) => form.set({ ...form.value, name: event.target.value })}
        />
      </Panel>
      <Panel title={t("mailboxes.title")} actions={<AddLink />} flush>
        {mailboxes.isPending && <Loading lines={3} />}
        {mailboxes.isError && <ProblemNotice problem={mailboxes.error} onRetry={() => void mailboxes.refetch()} />}
        {mailboxes.data !== undefined && (
          <Mailboxes
            mailboxes={mailboxes.data}
            chosen={mailboxIds}
            onChange={(ids) => form.set({ ...form.value, mailboxIds: ids })}
          />
        )}
      </Panel>
      {noMailbox && <Notice tone="bad">{t("mailboxes.needed")}</Notice>}
      {form.problem !== null && !isNameTaken(form.problem) && <ProblemNotice problem={form.problem} />}
    </StepFrame>
  );
}

const isNameTaken = (problem: unknown): boolean =>
  problem instanceof ApiProblem && problem.kind === "conflict" && problem.of("name") !== undefined;

/** Saved into the draft, or, before there is one, made into it by going on. */
function useChoice(draft: Campaign | undefined) {
  const save = useSaveDraft();
  const create = useCreateDraft();
  const [createProblem, setCreateProblem] = useState<unknown>(null);
  const [isCreating, setCreating] = useState(false);
  const stored: Chosen = { name: draft?.name ?? "", mailboxIds: draft?.mailboxIds ?? [] };
  // Leaving the page before the draft is made keeps what is chosen in this browser, and makes nothing.
  const form = useStepForm<Chosen>(unsavedKey(draft?.id, "mailboxes"), stored, async (chosen) => {
    if (draft !== undefined) await save(draft, { ...chosen, name: chosen.name.trim() });
    else throw new ApiProblem("not-made", 0, "");
  });
  const go = async (): Promise<number | undefined> => {
    if (draft !== undefined) return (await form.flush()) ? draft.id : undefined;
    setCreating(true);
    try {
      const { id } = await create({ ...form.value, name: form.value.name.trim() });
      form.set(stored);
      return id;
    } catch (problem) {
      setCreateProblem(problem);
      return undefined;
    } finally {
      setCreating(false);
    }
  };
  return { ...form, go, problem: draft === undefined ? createProblem : form.problem, isSaving: form.isSaving || isCreating };
}

function AddLink() {
  const { t } = useTranslation("wizard");
  return (
    <Link to="/mailboxes" target="_blank">
      {t("mailboxes.add")}
    </Link>
  );
}

interface MailboxesProps {
  readonly mailboxes: readonly Mailbox[];
  readonly chosen: readonly number[];
  onChange(ids: number[]): void;
}

function Mailboxes({ mailboxes, chosen, onChange }: MailboxesProps) {
  const { t } = useTranslation("wizard");
  if (mailboxes.length === 0)
    return (
      <EmptyState title={t("mailboxes.none")} action={<AddLink />}>
        {t("mailboxes.noneHelp")}
      </EmptyState>
    );
  const ids = mailboxes.map(({ id }) => id);
  const toggle = (id: number, isChosen: boolean) => onChange(ids.filter((one) => (one === id ? isChosen : chosen.includes(one))));
  return (
    <>
      {mailboxes.length > 1 && (
        <div className={styles.tools}>
          <Button variant="default" size="compact-sm" onClick={() => onChange(ids)}>
            {t("mailboxes.all")}
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => onChange([])}>
            {t("mailboxes.nothing")}
          </Button>
          <span>{t("mailboxes.chosen", { chosen: chosen.length, count: ids.length })}</span>
        </div>
      )}
      <ul className={styles.choices}>
        {mailboxes.map((mailbox) => (
          <li key={mailbox.id}>
            <Checkbox
              label={mailbox.address}
              description={mailbox.name ?? undefined}
              checked={chosen.includes(mailbox.id)}
              onChange={(event) => toggle(mailbox.id, event.target.checked)}
            />
            <MailboxState mailbox={mailbox} />
          </li>
        ))}
      </ul>
    </>
  );
}
