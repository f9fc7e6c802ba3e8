import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { FileDrop } from "../../components/file-drop.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import { shareText } from "../../format/numbers.ts";
import { CheckReport } from "./check-report.tsx";
import { ColumnMapping } from "./column-mapping.tsx";
import { type Import, useImport, useImportOrders, useUpload } from "./imports.ts";
import { StepFrame } from "./step-frame.tsx";
import { RejectedLink, WorkProgress } from "./work-progress.tsx";
import styles from "./wizard.module.css";

/** The program's own bound when nobody has set another one; the server has the last word. */
const BYTES_MAX = 200_000_000;
const OPEN: readonly Import["state"][] = ["uploaded", "checking", "checked", "importing"];

/** Whom the campaign writes to: a file is sent, looked at, tried out, and brought in while nobody has to wait. */
export function LeadsStep({ draft }: { readonly draft: Campaign }) {
  const { t } = useTranslation("wizard");
  const navigate = useNavigate();
  const found = useImport(draft.id);
  const [wasAsked, setAsked] = useState(false);
  const waits = found.data?.state === "uploaded" || found.data?.state === "checking" || found.data?.state === "checked";
  const isMissing = draft.leads === 0 && found.data?.state !== "importing";
  const next = () => {
    setAsked(true);
    if (!waits && !isMissing) void navigate({ to: "/campaigns/new", search: { draft: draft.id, step: "message" } });
  };
  return (
    <StepFrame step="leads" draftId={draft.id} onNext={next} quiet={waits || isMissing}>
      {draft.leads > 0 && found.data?.state !== "importing" && (
        <Notice tone="good">{t("leads.inCampaign", { count: draft.leads })}</Notice>
      )}
      {found.isPending && <Loading />}
      {found.isError && <ProblemNotice problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data !== undefined && <ImportPart one={found.data} draft={draft} keep={found.keep} />}
      {wasAsked && (waits || isMissing) && <Notice tone="bad">{t(waits ? "leads.notYet" : "leads.needed")}</Notice>}
    </StepFrame>
  );
}

interface ImportPartProps {
  readonly one: Import | null;
  readonly draft: Campaign;
  keep(one: Import): Promise<void>;
}

function ImportPart({ one, draft, keep }: ImportPartProps) {
  if (one !== null && OPEN.includes(one.state)) return <OpenImport key={one.id} one={one} draft={draft} keep={keep} />;
  return (
    <>
      {one !== null && <Ended one={one} />}
      <ChooseFile draft={draft} keep={keep} />
    </>
  );
}

function Ended({ one }: { readonly one: Import }) {
  const { t } = useTranslation("wizard");
  const why = useSaid()(one.problem ?? "", one.problemPhrase);
  if (one.state === "failed") return <Notice tone="bad">{t("leads.failed", { file: one.fileName, why })}</Notice>;
  if (one.state !== "done") return null;
  return (
    <Notice tone="good" {...(one.rejected > 0 && { actions: <RejectedLink one={one} /> })}>
      {t("leads.done", { file: one.fileName })} {t("leads.added", { count: one.added })} {t("leads.known", { count: one.known })}
    </Notice>
  );
}

function ChooseFile({ draft, keep }: Omit<ImportPartProps, "one">) {
  const { t } = useTranslation("wizard");
  const upload = useUpload(draft.id, keep);
  return (
    <Panel title={t(draft.leads > 0 ? "leads.another" : "leads.file")}>
      <div className={styles.stack}>
        <FileDrop
          label={t("leads.drop")}
          accept=".csv,.txt,.tsv,text/csv"
          bytesMax={BYTES_MAX}
          busy={upload.isPending}
          onFile={(file) => upload.mutate(file)}
        />
        <p className={styles.hint} role="status">
          {upload.isPending ? t("leads.uploading", { share: shareText(upload.share, 1) }) : t("leads.fileHelp")}
        </p>
        {upload.isError && <ProblemNotice problem={upload.error} />}
      </div>
    </Panel>
  );
}

function OpenImport({ one, draft, keep }: ImportPartProps & { readonly one: Import }) {
  const { t } = useTranslation("wizard");
  const orders = useImportOrders(one.id, draft.id, keep);
  const [isEditing, setEditing] = useState(false);
  const problem = orders.check.error ?? orders.commit.error ?? orders.cancel.error ?? orders.layout.error;
  const cancel = (
    <Button variant="default" size="compact-sm" loading={orders.cancel.isPending} onClick={() => orders.cancel.mutate()}>
      {t(one.state === "importing" ? "leads.stop" : "leads.otherFile")}
    </Button>
  );
  const isMapping = one.state === "uploaded" || (one.state === "checked" && isEditing);
  return (
    <>
      <Panel title={one.fileName} actions={cancel}>
        {isMapping && <ColumnMapping one={one} orders={orders} onChecked={() => setEditing(false)} />}
        {one.state === "checked" && !isEditing && <CheckReport one={one} orders={orders} onEdit={() => setEditing(true)} />}
        {(one.state === "checking" || one.state === "importing") && <WorkProgress one={one} />}
      </Panel>
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  );
}
