import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { useSentences } from "../../components/doing.tsx";
import { Notice } from "../../components/notice.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./wizard.module.css";

type Forecast = Shape<"Forecast">;

const DAYS_SHOWN = 7;

interface ForecastWordsProps {
  readonly forecast: Forecast;
  /** How many leads it is made for, where there are none yet. */
  readonly example?: number | undefined;
}

/** What settings come to: how many mails a day, and when all is done. */
export function ForecastWords({ forecast, example }: ForecastWordsProps) {
  const { t } = useTranslation("wizard");
  const { gate } = useSentences(forecast.zone);
  const sum = useSum();
  return (
    <div className={styles.stack}>
      {example !== undefined && <p className={styles.hint}>{t("forecast.example", { count: example })}</p>}
      <p className={styles.sentence} role="status">
        {sum(forecast)}
      </p>
      {forecast.stopped !== null && forecast.unplanned > 0 && (
        <Notice tone="bad">{t("forecast.stopped", { count: forecast.unplanned, why: gate(forecast.stopped) })}</Notice>
      )}
      {forecast.skipped > 0 && <Notice tone="wait">{t("forecast.skipped", { count: forecast.skipped })}</Notice>}
      {forecast.days.length > 0 && <Days forecast={forecast} />}
    </div>
  );
}

function useSum(): (forecast: Forecast) => string {
  const { t } = useTranslation("wizard");
  return ({ mails, days, daysTotal, lastAt, zone }) => {
    if (lastAt === null) return t("forecast.nothing");
    const said = {
      count: mails,
      mails: numberText(mails),
      at: instantText(lastAt, zone),
      zone: zoneText(zone, new Date(lastAt)),
    };
    if (daysTotal === 1) return t("forecast.oneDay", said);
    const perDay = Math.max(...days.map((day) => day.mails));
    return `${t("forecast.perDay", { count: perDay })} ${t("forecast.done", { ...said, count: daysTotal })}`;
  };
}

function Days({ forecast: { days, daysTotal, zone } }: { readonly forecast: Forecast }) {
  const { t } = useTranslation("wizard");
  const { gate } = useSentences(zone);
  const more = daysTotal - DAYS_SHOWN;
  return (
    <div className={styles.scroll} role="region" aria-label={t("forecast.days")} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("forecast.day")}</th>
            <th scope="col" data-align="end">
              {t("forecast.mails")}
            </th>
            <th scope="col">{t("forecast.between", { zone: zoneText(zone) })}</th>
            <th scope="col" data-optional>
              {t("forecast.then")}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.slice(0, DAYS_SHOWN).map(({ day, mails, firstAt, lastAt, endedBy }) => (
            <tr key={day}>
              <th scope="row">{instantText(firstAt, zone, "day")}</th>
              <td data-align="end">{numberText(mails)}</td>
              <td>
                {instantText(firstAt, zone, "minute")}–{instantText(lastAt, zone, "minute")}
              </td>
              <td data-optional>{endedBy === null ? "" : gate(endedBy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className={styles.hint}>{t("forecast.moreDays", { count: more })}</p>}
    </div>
  );
}
