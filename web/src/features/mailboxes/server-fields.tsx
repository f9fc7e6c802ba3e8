import { NativeSelect, NumberInput, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Notice } from "../../components/notice.tsx";
import type { FieldsProps } from "./mailbox-form.tsx";
import type { Mailbox } from "./mailbox-queries.ts";
import styles from "./mailboxes.module.css";
import { PROVIDERS, providerOfHost } from "./providers.ts";

const SECURITIES: readonly Mailbox["security"][] = ["tls", "starttls", "opportunistic", "none"];

/** The server that takes the mails, and the login there. */
export function ServerFields({ draft, change, problemOf, hasPassword }: FieldsProps & { readonly hasPassword: boolean }) {
  const { t } = useTranslation("mailboxes");
  return (
    <Stack gap="sm">
      <h3>{t("form.server")}</h3>
      <ProviderChoice draft={draft} change={change} problemOf={problemOf} />
      <div className={styles.serverRow}>
        <TextInput
          label={t("form.host")}
          placeholder="smtp.example.com"
          value={draft.host}
          error={problemOf("host")}
          required
          onChange={(event) => change({ host: event.target.value })}
        />
        <NumberInput
          label={t("form.port")}
          value={draft.port}
          error={problemOf("port")}
          min={1}
          max={65_535}
          thousandSeparator=""
          allowDecimal={false}
          required
          onChange={(port) => typeof port === "number" && change({ port })}
        />
      </div>
      <NativeSelect
        label={t("form.security")}
        value={draft.security}
        onChange={(event) => change({ security: SECURITIES.find((one) => one === event.target.value) ?? "starttls" })}
        data={SECURITIES.map((one) => ({ value: one, label: t(`security.${one}`) }))}
      />
      {(draft.security === "none" || draft.security === "opportunistic") && (
        <Notice tone="wait">{t(`securityWarning.${draft.security}`)}</Notice>
      )}
      <TextInput
        label={t("form.user")}
        description={t("form.userHelp")}
        value={draft.user}
        error={problemOf("user")}
        autoComplete="off"
        onChange={(event) => change({ user: event.target.value })}
      />
      <PasswordInput
        label={t("form.password")}
        description={t(hasPassword ? "form.passwordStored" : "form.passwordHelp")}
        value={draft.password}
        error={problemOf("password")}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("form.showPassword") }}
        onChange={(event) => change({ password: event.target.value })}
      />
    </Stack>
  );
}

/** Fills in what a provider publishes of its server, and says what its customers have to do first. */
function ProviderChoice({ draft, change }: FieldsProps) {
  const { t } = useTranslation("mailboxes");
  const provider = providerOfHost(draft.host);
  const choose = (id: string) => {
    const chosen = PROVIDERS.find((one) => one.id === id);
    if (chosen === undefined) return change({ host: "" });
    const { host, port, security } = chosen;
    change({ host, port, security, user: draft.user === "" ? draft.address.trim() : draft.user });
  };
  return (
    <>
      <NativeSelect
        label={t("form.provider")}
        value={provider?.id ?? ""}
        onChange={(event) => choose(event.target.value)}
        data={[{ value: "", label: t("form.otherProvider") }, ...PROVIDERS.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      {provider?.hint !== undefined && <Notice>{t(`providerHint.${provider.hint}`)}</Notice>}
    </>
  );
}
