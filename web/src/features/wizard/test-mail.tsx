import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { sessionQuery } from "../../app/session.ts";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import { useFaultOf } from "../../components/said/faults.ts";
import { useFirstLeads } from "./leads.ts";
import { useMailboxes } from "./mailboxes.ts";
import styles from "./wizard.module.css";

/** Sends the text once, as for the first lead, to somebody who wants to see it in an inbox. */
export function TestMail({ draft }: { readonly draft: Campaign }) {
  const { t } = useTranslation("wizard");
  const { data: session } = useQuery(sessionQuery);
  const mailboxes = useMailboxes();
  const [lead] = useFirstLeads(draft.id, "").data ?? [];
  const [typed, setTyped] = useState<string>();
  const [mailboxId, setMailboxId] = useState(0);
  const to = typed ?? session?.user.email ?? "";
  const test = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/test", {
          params: { path: { id: draft.id } },
          body: { to, ...(mailboxId !== 0 && { mailboxId }), ...(lead !== undefined && { leadId: lead.leadId }) },
        }),
      ),
  });
  const own = mailboxes.data?.filter(({ id }) => draft.mailboxIds.includes(id)) ?? [];
  const beside = useFaultOf()(test.error, "to");
  return (
    <Panel title={t("test.title")}>
      <div className={styles.stack}>
        <div className={styles.row}>
          <TextInput
            type="email"
            label={t("test.to")}
            value={to}
            error={beside}
            onChange={(event) => setTyped(event.target.value)}
            style={{ flex: "1 1 14rem" }}
          />
          <NativeSelect
            label={t("test.from")}
            value={String(mailboxId)}
            onChange={(event) => setMailboxId(Number(event.target.value))}
            data={[
              { value: "0", label: t("test.any") },
              ...own.map(({ id, address }) => ({ value: String(id), label: address })),
            ]}
          />
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            {t("test.send")}
          </Button>
        </div>
        <p className={styles.hint}>{lead === undefined ? t("test.help") : t("test.helpLead", { lead: lead.address })}</p>
        {test.data !== undefined && <Report report={test.data} />}
        {test.isError && beside === undefined && <ProblemNotice problem={test.error} />}
      </div>
    </Panel>
  );
}

/** What became of it, with the server's own words. */
function Report({ report: { state, summary, summaryPhrase, mailbox, to } }: { readonly report: Shape<"TestMailReport"> }) {
  const { t } = useTranslation("wizard");
  const say = useSaid();
  const isSent = state === "sent";
  return (
    <Notice tone={isSent ? "good" : state === "unconfirmed" ? "doubt" : "bad"}>
      {t(isSent ? "test.sent" : state === "unconfirmed" ? "test.unconfirmed" : "test.refused", { to, mailbox })}{" "}
      <q className={styles.words}>{say(summary, summaryPhrase)}</q>
    </Notice>
  );
}
