import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { sessionQuery } from "../../app/session.ts";
import { Facts } from "../../components/facts.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { OutcomeBadge } from "../../components/outcome.tsx";
import { useSaid } from "../../components/said/said.ts";
import { durationText } from "../../format/instants.ts";

/** Sends the campaign's saved text once, to an address of one's own, and shows what the server said. */
export function TestMailDialog({ campaign, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const { data: session } = useQuery(sessionQuery);
  const [to, setTo] = useState(session?.user.email ?? "");
  const sent = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/campaigns/{id}/test", { params: { path: { id: campaign.id } }, body: { to } })),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    sent.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("test.title")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>{t("test.text")}</div>
          <TextInput
            type="email"
            label={t("test.to")}
            value={to}
            onChange={(event) => setTo(event.target.value)}
            required
            data-autofocus
          />
          {sent.isError && <ProblemNotice problem={sent.error} />}
          {sent.isSuccess && <Report report={sent.data} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.close", { ns: "common" })}
            </Button>
            <Button type="submit" loading={sent.isPending}>
              {t("test.send")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Report({ report }: { readonly report: Shape<"TestMailReport"> }) {
  const { t } = useTranslation("campaign");
  const { state, outcome, summary, summaryPhrase, mailbox, durationMs } = report;
  const words = useSaid()(summary, summaryPhrase);
  return (
    <>
      <Notice tone={state === "sent" ? "good" : state === "rejected" ? "bad" : "doubt"}>{words}</Notice>
      <Facts
        facts={[
          [t("tries.outcome"), <OutcomeBadge key="outcome" state={state} outcome={outcome} />],
          [t("test.from"), mailbox],
          [t("test.took"), durationText(durationMs)],
        ]}
      />
    </>
  );
}
