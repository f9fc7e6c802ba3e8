import { NumberInput, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fault, Fields } from "../../components/fields.tsx";
import { HolidaysInput } from "../../components/holidays-input.tsx";
import { LimitInput } from "../../components/limit-input.tsx";
import { PaceFields } from "../../components/pace-fields.tsx";
import { Panel } from "../../components/panel.tsx";
import { StartAtInput } from "../../components/start-at-input.tsx";
import { WeekGrid } from "../../components/week-grid.tsx";
import { ZoneInput } from "../../components/zone-input.tsx";
import { MailboxChoice } from "./mailbox-choice.tsx";
import { RetryDelays } from "./retry-delays.tsx";
import type { SettingsDraft } from "./settings-draft.ts";

interface SettingsFieldsProps {
  readonly value: SettingsDraft;
  readonly onChange: (value: SettingsDraft) => void;
  readonly problemOf: (field: string) => string | undefined;
  readonly readOnly: boolean;
}

/** All that may be set, by what it is about. */
export function SettingsFields(props: SettingsFieldsProps) {
  return (
    <Stack gap="md">
      <SchedulePanel {...props} />
      <PacePanel {...props} />
      <MailboxesPanel {...props} />
      <FinePanel {...props} />
    </Stack>
  );
}

type Settings = SettingsDraft["settings"];

const settingSetter =
  ({ value, onChange }: SettingsFieldsProps) =>
  (change: Partial<Settings>): void =>
    onChange({ ...value, settings: { ...value.settings, ...change } });

function SchedulePanel(props: SettingsFieldsProps) {
  const { t } = useTranslation("campaign");
  const { value, onChange, problemOf, readOnly } = props;
  const { zone, windows, holidays, startAt } = value.settings;
  const set = settingSetter(props);
  return (
    <Panel title={t("settings.when")}>
      <Stack gap="md">
        <Fields>
          <TextInput
            label={t("settings.name")}
            value={value.name}
            onChange={(event) => onChange({ ...value, name: event.target.value })}
            error={problemOf("name")}
            maxLength={200}
            required
          />
          <ZoneInput value={zone} onChange={(chosen) => set({ zone: chosen })} error={problemOf("settings.zone")} />
          <StartAtInput
            value={startAt}
            onChange={(at) => set({ startAt: at })}
            zone={zone}
            error={problemOf("settings.startAt")}
          />
          <HolidaysInput
            value={holidays}
            onChange={(countries) => set({ holidays: countries })}
            error={problemOf("settings.holidays")}
          />
        </Fields>
        <div>
          <h3>{t("settings.part.windows")}</h3>
          <WeekGrid
            value={windows}
            onChange={(blocks) => set({ windows: blocks.map((block) => ({ ...block, days: [...block.days] })) })}
            readOnly={readOnly}
          />
          <Fault>{problemOf("settings.windows")}</Fault>
        </div>
      </Stack>
    </Panel>
  );
}

function PacePanel(props: SettingsFieldsProps) {
  const { t } = useTranslation("campaign");
  const { value, problemOf } = props;
  const set = settingSetter(props);
  return (
    <Panel title={t("settings.pace")}>
      <Stack gap="md">
        <PaceFields
          value={value.settings}
          onChange={({ delayMs, jitter, longPause }) => set({ delayMs, jitter: { ...jitter }, longPause })}
          problemOf={problemOf}
        />
        <Fields>
          <LimitInput
            label={t("settings.part.perDayMax")}
            description={t("settings.perDayMaxHelp")}
            value={value.settings.perDayMax}
            onChange={(perDayMax) => set({ perDayMax })}
            error={problemOf("settings.perDayMax")}
          />
        </Fields>
      </Stack>
    </Panel>
  );
}

function MailboxesPanel({ value, onChange, problemOf }: SettingsFieldsProps) {
  const { t } = useTranslation("campaign");
  return (
    <Panel title={t("settings.part.mailboxIds")}>
      <MailboxChoice
        value={value.mailboxIds}
        onChange={(mailboxIds) => onChange({ ...value, mailboxIds })}
        error={problemOf("mailboxIds")}
      />
    </Panel>
  );
}

function FinePanel(props: SettingsFieldsProps) {
  const { t } = useTranslation("campaign");
  const { value, problemOf } = props;
  const set = settingSetter(props);
  return (
    <Panel title={t("settings.fine")}>
      <Stack gap="md">
        <Fields>
          <NumberInput
            label={t("settings.part.bufferSize")}
            description={t("settings.bufferHelp")}
            min={1}
            max={1_000}
            allowDecimal={false}
            value={value.settings.bufferSize}
            onChange={(size) => typeof size === "number" && set({ bufferSize: size })}
            error={problemOf("settings.bufferSize")}
          />
        </Fields>
        <RetryDelays
          value={value.settings.retryDelaysMs}
          onChange={(retryDelaysMs) => set({ retryDelaysMs })}
          error={problemOf("settings.retryDelaysMs")}
        />
      </Stack>
    </Panel>
  );
}
