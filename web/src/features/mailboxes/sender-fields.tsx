import { Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FieldsProps } from "./mailbox-form.tsx";
import { providerOfAddress } from "./providers.ts";

/** As whom the mailbox writes. */
export function SenderFields({ draft, change, problemOf, isNew }: FieldsProps & { readonly isNew: boolean }) {
  const { t } = useTranslation("mailboxes");
  const leave = () => {
    // Whoever has entered a server already knows better.
    const provider = draft.host === "" ? providerOfAddress(draft.address) : undefined;
    if (provider === undefined) return;
    const { host, port, security } = provider;
    change({ host, port, security, user: draft.user === "" ? draft.address.trim() : draft.user });
  };
  return (
    <Stack gap="sm">
      <h3>{t("form.sender")}</h3>
      {isNew && (
        <TextInput
          type="email"
          label={t("form.address")}
          description={t("form.addressHelp")}
          value={draft.address}
          error={problemOf("address")}
          autoComplete="off"
          required
          data-autofocus
          onBlur={leave}
          onChange={(event) => change({ address: event.target.value })}
        />
      )}
      <TextInput
        label={t("form.name")}
        description={t("form.nameHelp")}
        value={draft.name}
        error={problemOf("name")}
        autoComplete="off"
        onChange={(event) => change({ name: event.target.value })}
      />
    </Stack>
  );
}
