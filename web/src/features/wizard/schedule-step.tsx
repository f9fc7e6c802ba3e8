import { SimpleGrid } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { HolidaysInput } from "../../components/holidays-input.tsx";
import { LimitInput } from "../../components/limit-input.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PaceFields } from "../../components/pace-fields.tsx";
import { Panel } from "../../components/panel.tsx";
import { StartAtInput } from "../../components/start-at-input.tsx";
import { WeekGrid } from "../../components/week-grid.tsx";
import { ZoneInput } from "../../components/zone-input.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { useSaveDraft } from "./draft.ts";
import { ForecastWords } from "./forecast-words.tsx";
import { StepFrame } from "./step-frame.tsx";
import { useStepForm } from "./step-form.ts";
import { unsavedKey } from "./unsaved.ts";
import { WIZARD } from "./wizard-key.ts";
import styles from "./wizard.module.css";

type Settings = Shape<"CampaignSettings">;
type Schedule = Pick<Settings, "zone" | "windows" | "holidays" | "startAt" | "delayMs" | "jitter" | "longPause" | "perDayMax">;

/** When the mails may leave, how far apart, and how many; said in what it means for these leads. */
export function ScheduleStep({ draft }: { readonly draft: Campaign }) {
  const { t } = useTranslation("wizard");
  const navigate = useNavigate();
  const save = useSaveDraft();
  const form = useStepForm<Schedule>(unsavedKey(draft.id, "schedule"), scheduleOf(draft.settings), (settings) =>
    save(draft, { settings }),
  );
  const forecast = useWhatIf(draft, form.value);
  const set = (change: Partial<Schedule>) => form.set({ ...form.value, ...change });
  const next = async () => {
    if (await form.flush()) await navigate({ to: "/campaigns/new", search: { draft: draft.id, step: "review" } });
  };
  const faultOf = useFaultOf();
  const problemOf = (field: string) => faultOf(form.problem, field) ?? faultOf(forecast.error, field);
  const { zone, windows, holidays, startAt, delayMs, jitter, longPause, perDayMax } = form.value;
  return (
    <StepFrame step="schedule" draftId={draft.id} onNext={() => void next()} busy={form.isSaving}>
      <Panel title={t("schedule.hours")}>
        <div className={styles.stack}>
          <WeekGrid
            value={windows}
            onChange={(blocks) => set({ windows: blocks.map((one) => ({ ...one, days: [...one.days] })) })}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <ZoneInput value={zone} onChange={(one) => set({ zone: one })} error={problemOf("settings.zone")} />
            <HolidaysInput
              value={holidays}
              onChange={(codes) => set({ holidays: codes })}
              error={problemOf("settings.holidays")}
            />
          </SimpleGrid>
        </div>
      </Panel>
      <Panel title={t("schedule.pace")}>
        <PaceFields value={{ delayMs, jitter, longPause }} onChange={set} problemOf={problemOf} />
      </Panel>
      <Panel title={t("schedule.limits")}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <LimitInput
            label={t("schedule.perDay")}
            description={t("schedule.perDayHelp")}
            value={perDayMax}
            onChange={(max) => set({ perDayMax: max })}
            error={problemOf("settings.perDayMax")}
          />
          <StartAtInput
            value={startAt}
            onChange={(at) => set({ startAt: at })}
            zone={zone}
            error={problemOf("settings.startAt")}
          />
        </SimpleGrid>
      </Panel>
      <Panel title={t("forecast.title")}>
        {forecast.isPending && <Loading lines={2} />}
        {forecast.isError && <ProblemNotice problem={forecast.error} />}
        {forecast.data !== undefined && !forecast.isError && (
          <ForecastWords forecast={forecast.data} example={draft.leads === 0 ? EXAMPLE_LEADS : undefined} />
        )}
      </Panel>
      {form.problem !== null && !forecast.isError && <ProblemNotice problem={form.problem} />}
    </StepFrame>
  );
}

function scheduleOf(settings: Settings): Schedule {
  const { zone, windows, holidays, startAt, delayMs, jitter, longPause, perDayMax } = settings;
  return { zone, windows, holidays, startAt, delayMs, jitter, longPause, perDayMax };
}

const SETTLE_MS = 400;
/** How many leads are assumed while there are none. */
const EXAMPLE_LEADS = 100;
/** It begins now, and now moves on. */
const FRESH_MS = 60_000;

function useWhatIf({ id, settings: { bufferSize, retryDelaysMs }, mailboxIds, leads }: Campaign, schedule: Schedule) {
  const [settings] = useDebouncedValue(schedule, SETTLE_MS);
  const body = { settings: { ...settings, bufferSize, retryDelaysMs }, mailboxIds, leads: leads === 0 ? EXAMPLE_LEADS : leads };
  return useQuery({
    queryKey: [WIZARD, "what-if", id, body],
    queryFn: () => answerOf(api.POST("/api/v1/campaigns/forecast", { body })),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  });
}
