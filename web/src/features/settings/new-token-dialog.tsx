import { Button, Checkbox, CopyButton, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { formText } from "../../components/form-text.ts";
import { Notice } from "../../components/notice.tsx";
import { browserZone, zoneText } from "../../format/instants.ts";
import { instantAt } from "../../format/wall-clock.ts";
import styles from "./settings.module.css";
import { FormDialog } from "./user-dialogs.tsx";
import { useChange } from "./use-people.ts";

type Scope = Shape<"Scope">;

/** In the order in which they are offered; the type says when the API has one more, or one less. */
const OFFERED: Readonly<Record<Scope, true>> = {
  "campaigns:read": true,
  "campaigns:write": true,
  "leads:read": true,
  "leads:write": true,
  "mailboxes:read": true,
  "mailboxes:write": true,
  "log:read": true,
  "settings:read": true,
  "settings:write": true,
  "users:write": true,
};
const SCOPES = Object.keys(OFFERED) as Scope[];

/** Makes a token, and shows it this once. */
export function NewTokenDialog({ onClose }: { onClose(): void }) {
  const [token, setToken] = useState<string>();
  return token === undefined ? <TokenForm onMade={setToken} onClose={onClose} /> : <MadeToken token={token} onClose={onClose} />;
}

function TokenForm({ onMade, onClose }: { onMade(token: string): void; onClose(): void }) {
  const { t } = useTranslation("settings");
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const make = useChange(
    (body: { name: string; scopes: Scope[]; expiresAt: string | null }) => answerOf(api.POST("/api/v1/tokens", { body })),
    ({ token }) => onMade(token),
  );
  const submit = (form: HTMLFormElement) => {
    const day = formText(form, "day");
    make.mutate({
      name: formText(form, "name"),
      scopes: SCOPES.filter((scope) => scopes.includes(scope)),
      expiresAt: day === "" ? null : instantAt(`${day}T23:59`, browserZone()),
    });
  };
  return (
    <FormDialog title={t("tokens.make")} action={t("tokens.make")} change={make} onSubmit={submit} onClose={onClose}>
      <TextInput name="name" label={t("tokens.name")} description={t("tokens.nameHelp")} required data-autofocus />
      <Checkbox.Group label={t("tokens.scopes")} description={t("tokens.scopesHelp")} value={[...scopes]} onChange={setScopes}>
        <div className={styles.scopes}>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} value={scope} label={t(`scope.${scope.replace(":", "-")}`)} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        name="day"
        type="date"
        label={t("tokens.until")}
        description={t("tokens.untilHelp", { zone: zoneText(browserZone()) })}
      />
    </FormDialog>
  );
}

function MadeToken({ token, onClose }: { readonly token: string; onClose(): void }) {
  const { t } = useTranslation("settings");
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={t("tokens.made")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <Stack gap="md">
        <Notice tone="wait">{t("tokens.once")}</Notice>
        <TextInput
          label={t("tokens.token")}
          value={token}
          readOnly
          classNames={{ input: styles.code }}
          onFocus={(event) => event.target.select()}
        />
        <Group justify="flex-end">
          <CopyButton value={token}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? "action.copied" : "action.copy", { ns: "common" })}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t("tokens.kept")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
