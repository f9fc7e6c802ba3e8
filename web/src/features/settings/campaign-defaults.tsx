import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fault, Fields } from "../../components/fields.tsx";
import { HolidaysInput } from "../../components/holidays-input.tsx";
import { LimitInput } from "../../components/limit-input.tsx";
import { PaceFields } from "../../components/pace-fields.tsx";
import { Panel } from "../../components/panel.tsx";
import { WeekGrid } from "../../components/week-grid.tsx";
import { ZoneInput } from "../../components/zone-input.tsx";
import type { SettingsDraft, SettingsPartProps } from "./installation-form.tsx";

/** What a campaign has of which nothing else was said; those that exist stay as they are. */
export function CampaignDefaults({ value, change, problemOf, readOnly }: SettingsPartProps) {
  const { t } = useTranslation("settings");
  const defaults = value.campaignDefaults;
  const set = (some: Partial<SettingsDraft["campaignDefaults"]>) => change({ campaignDefaults: { ...defaults, ...some } });
  const fault = problemOf("campaignDefaults.windows");
  return (
    <Panel title={t("defaults.campaigns")}>
      <Stack gap="md">
        <Fields>
          <ZoneInput value={defaults.zone} error={problemOf("campaignDefaults.zone")} onChange={(zone) => set({ zone })} />
          <HolidaysInput
            value={defaults.holidays}
            error={problemOf("campaignDefaults.holidays")}
            onChange={(holidays) => set({ holidays })}
          />
          <LimitInput
            label={t("defaults.perDay")}
            value={defaults.perDayMax}
            error={problemOf("campaignDefaults.perDayMax")}
            onChange={(perDayMax) => set({ perDayMax })}
          />
        </Fields>
        <PaceFields
          value={defaults}
          problemOf={(field) => problemOf(field.replace(/^settings\b/, "campaignDefaults"))}
          onChange={({ delayMs, jitter, longPause }) => set({ delayMs, jitter: { ...jitter }, longPause })}
        />
        <div>
          <h3>{t("defaults.hours")}</h3>
          <WeekGrid
            value={defaults.windows}
            readOnly={readOnly}
            onChange={(blocks) => set({ windows: blocks.map((block) => ({ ...block, days: [...block.days] })) })}
          />
          <Fault>{fault}</Fault>
        </div>
      </Stack>
    </Panel>
  );
}
