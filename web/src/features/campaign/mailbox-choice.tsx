import { Checkbox, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { numberText } from "../../format/numbers.ts";

interface MailboxChoiceProps {
  readonly value: readonly number[];
  readonly onChange: (value: number[]) => void;
  readonly error: string | undefined;
}

const SHOWN_MAX = 200;

/** From which mailboxes the campaign sends. */
export function MailboxChoice({ value, onChange, error }: MailboxChoiceProps) {
  const { t } = useTranslation("campaign");
  const mailboxes = useQuery({
    queryKey: [KEYS.mailboxes, "choice"],
    queryFn: () => answerOf(api.GET("/api/v1/mailboxes", { params: { query: { limit: SHOWN_MAX } } })),
  });
  if (mailboxes.isPending) return <Loading lines={3} />;
  if (mailboxes.data === undefined) return <ProblemNotice problem={mailboxes.error} onRetry={() => void mailboxes.refetch()} />;
  if (mailboxes.data.items.length === 0)
    return (
      <EmptyState title={t("mailboxes.none")} action={<Link to="/mailboxes">{t("nav.mailboxes", { ns: "common" })}</Link>}>
        {t("mailboxes.noneHelp")}
      </EmptyState>
    );
  return (
    <Checkbox.Group
      label={t("mailboxes.label")}
      description={t("mailboxes.help")}
      error={error}
      value={value.map(String)}
      onChange={(chosen) => onChange(chosen.map(Number).toSorted((a, b) => a - b))}
    >
      <Stack gap="xs" mt="sm">
        {mailboxes.data.items.map((mailbox) => (
          <Choice key={mailbox.id} mailbox={mailbox} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function Choice({ mailbox }: { readonly mailbox: Shape<"Mailbox"> }) {
  const { t } = useTranslation("campaign");
  const say = useSaid();
  const { id, address, active, attention, attentionPhrase, perDayMax, today } = mailbox;
  const used = numberText(today.used);
  const remarks = [
    perDayMax === null ? t("why.usedNoLimit", { used }) : t("why.used", { used, max: numberText(perDayMax) }),
    ...(active ? [] : [t("mailboxes.off")]),
    ...(attention === null ? [] : [t("mailboxes.attention", { attention: say(attention, attentionPhrase) })]),
  ];
  return <Checkbox value={String(id)} label={address} description={remarks.join(" · ")} />;
}
