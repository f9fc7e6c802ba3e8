import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { sessionQuery } from "../../app/session.ts";
import { formText } from "../../components/form-text.ts";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { useFaultOf } from "../../components/said/faults.ts";
import { durationText } from "../../format/instants.ts";
import type { Mailbox } from "./mailbox-queries.ts";
import styles from "./mailboxes.module.css";

/** Sends a short mail through a mailbox to look at it; open while there is one. */
export function TestMailDialog({ mailbox, onClose }: { readonly mailbox: Mailbox | undefined; onClose(): void }) {
  const { t } = useTranslation("mailboxes");
  return (
    <Modal
      opened={mailbox !== undefined}
      onClose={onClose}
      title={t("test.title", { address: mailbox?.address })}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {mailbox !== undefined && <TestForm id={mailbox.id} />}
    </Modal>
  );
}

function TestForm({ id }: { readonly id: number }) {
  const { t } = useTranslation("mailboxes");
  const { data: session } = useQuery(sessionQuery);
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: (to: string) => answerOf(api.POST("/api/v1/mailboxes/{id}/test", { params: { path: { id } }, body: { to } })),
    onSettled: () => client.invalidateQueries({ queryKey: [KEYS.mailboxes] }),
  });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    test.mutate(formText(event.currentTarget, "to"));
  };
  const beside = useFaultOf()(test.error, "to");
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          name="to"
          type="email"
          label={t("test.to")}
          description={t("test.help")}
          defaultValue={session?.user.email}
          error={beside}
          required
          data-autofocus
        />
        {test.isError && beside === undefined && <ProblemNotice problem={test.error} />}
        {test.data !== undefined && !test.isPending && <Report report={test.data} />}
        <Group justify="flex-end">
          <Button type="submit" loading={test.isPending}>
            {t("test.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const TONES = { sent: "good", unconfirmed: "doubt" } as const;

function Report({ report: { state, summary, summaryPhrase, durationMs } }: { readonly report: Shape<"TestMailReport"> }) {
  const { t } = useTranslation("mailboxes");
  const say = useSaid();
  const tone = state === "sent" || state === "unconfirmed" ? TONES[state] : "bad";
  return (
    <Notice tone={tone} title={t(`test.state.${state}`, { defaultValue: state, duration: durationText(durationMs) })}>
      <q className={styles.reply}>{say(summary, summaryPhrase)}</q>
    </Notice>
  );
}
