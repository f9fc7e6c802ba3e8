import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Fields } from "../../components/fields.tsx";
import { Panel } from "../../components/panel.tsx";
import type { SettingsPartProps } from "./installation-form.tsx";

const MAILBOXES_MAX = 500;
const LANGUAGES = ["en", "pl"] as const;

/** Whose installation it is, and who is told of what needs a person. */
export function InstallationPanel(props: SettingsPartProps) {
  const { t } = useTranslation("settings");
  const { value, change, problemOf } = props;
  return (
    <Panel title={t("defaults.installation")}>
      <Fields>
        <TextInput
          label={t("defaults.company")}
          description={t("defaults.companyHelp")}
          value={value.companyName ?? ""}
          error={problemOf("companyName")}
          onChange={(event) => change({ companyName: event.target.value })}
        />
        <NativeSelect
          label={t("defaults.language")}
          description={t("defaults.languageHelp")}
          value={value.language ?? ""}
          onChange={(event) => change({ language: LANGUAGES.find((one) => one === event.target.value) ?? null })}
          data={[
            { value: "", label: t("defaults.noLanguage") },
            ...LANGUAGES.map((one) => ({ value: one, label: t(`language.${one}`, { ns: "common" }) })),
          ]}
        />
        <TextInput
          type="email"
          label={t("defaults.admin")}
          description={t("defaults.adminHelp")}
          value={value.adminAddress ?? ""}
          error={problemOf("adminAddress")}
          onChange={(event) => change({ adminAddress: event.target.value })}
        />
        <AlertMailbox {...props} />
      </Fields>
    </Panel>
  );
}

function AlertMailbox({ value, change, problemOf }: SettingsPartProps) {
  const { t } = useTranslation("settings");
  const { data } = useQuery({
    queryKey: [KEYS.mailboxes, "choices"],
    queryFn: () => answerOf(api.GET("/api/v1/mailboxes", { params: { query: { limit: MAILBOXES_MAX } } })),
  });
  const choices = (data?.items ?? []).map(({ id, address }) => ({ value: String(id), label: address }));
  return (
    <NativeSelect
      label={t("defaults.alertMailbox")}
      description={t("defaults.alertMailboxHelp")}
      value={value.alertMailboxId ?? ""}
      error={problemOf("alertMailboxId")}
      onChange={(event) => change({ alertMailboxId: event.target.value === "" ? null : Number(event.target.value) })}
      data={[{ value: "", label: t("defaults.anyMailbox") }, ...choices]}
    />
  );
}
