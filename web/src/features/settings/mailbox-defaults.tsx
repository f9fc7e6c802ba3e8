import { useTranslation } from "react-i18next";
import { Fields } from "../../components/fields.tsx";
import { LimitInput } from "../../components/limit-input.tsx";
import { Panel } from "../../components/panel.tsx";
import { ZoneInput } from "../../components/zone-input.tsx";
import type { SettingsDraft, SettingsPartProps } from "./installation-form.tsx";

/** What a mailbox is added with. */
export function MailboxDefaults({ value, change, problemOf }: SettingsPartProps) {
  const { t } = useTranslation("settings");
  const defaults = value.mailboxDefaults;
  const set = (some: Partial<SettingsDraft["mailboxDefaults"]>) => change({ mailboxDefaults: { ...defaults, ...some } });
  return (
    <Panel title={t("defaults.mailboxes")}>
      <Fields>
        <ZoneInput value={defaults.zone} error={problemOf("mailboxDefaults.zone")} onChange={(zone) => set({ zone })} />
        <LimitInput
          label={t("defaults.perDay")}
          value={defaults.perDayMax}
          error={problemOf("mailboxDefaults.perDayMax")}
          onChange={(perDayMax) => set({ perDayMax })}
        />
      </Fields>
    </Panel>
  );
}
