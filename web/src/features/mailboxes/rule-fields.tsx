import { NumberInput, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DurationInput } from "../../components/duration-input.tsx";
import { LimitInput } from "../../components/limit-input.tsx";
import { ZoneInput } from "../../components/zone-input.tsx";
import type { FieldsProps } from "./mailbox-form.tsx";

/** How much may leave through the mailbox, over all campaigns. */
export function RuleFields({ draft, change, problemOf }: FieldsProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <Stack gap="sm">
      <h3>{t("form.limits")}</h3>
      <LimitInput
        label={t("form.perDay")}
        description={t("form.perDayHelp")}
        value={draft.perDayMax}
        error={problemOf("perDayMax")}
        onChange={(perDayMax) => change({ perDayMax })}
      />
      <ZoneInput
        value={draft.zone}
        description={t("form.zoneHelp")}
        error={problemOf("zone")}
        onChange={(zone) => change({ zone })}
      />
      <DurationInput
        label={t("form.minGap")}
        description={t("form.minGapHelp")}
        valueMs={draft.minGapMs}
        error={problemOf("minGapMs")}
        onChange={(minGapMs) => change({ minGapMs })}
      />
      <NumberInput
        label={t("form.sessions")}
        description={t("form.sessionsHelp")}
        value={draft.sessionsMax}
        error={problemOf("sessionsMax")}
        min={1}
        max={20}
        allowDecimal={false}
        onChange={(sessionsMax) => typeof sessionsMax === "number" && change({ sessionsMax })}
      />
    </Stack>
  );
}
