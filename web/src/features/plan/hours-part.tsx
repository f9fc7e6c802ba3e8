import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { instantText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./plan.module.css";

interface HoursPartProps {
  readonly ofDay: Shape<"ForecastOfDay">;
  readonly calendar: Shape<"CampaignCalendar"> | undefined;
}

/** The day's hours, each with its mails, in all and by mailbox. */
export function HoursPart({ ofDay: { hours, zone }, calendar }: HoursPartProps) {
  const { t } = useTranslation("plan");
  if (hours.length === 0) return null;
  const most = Math.max(...hours.map(({ mails }) => mails));
  const addressOf = (id: number): string => calendar?.mailboxes.find((mailbox) => mailbox.id === id)?.address ?? `#${id}`;
  return (
    <table className={styles.hourTable}>
      <caption>{t("hours.label")}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t("hours.from")}</th>
          <th scope="col">{t("hours.mails")}</th>
          <th scope="col">{t("hours.byMailbox")}</th>
        </tr>
      </thead>
      <tbody>
        {hours.map(({ from, mails, mailboxes }) => (
          <tr key={from}>
            <th scope="row">{instantText(from, zone, "minute")}</th>
            <td className={styles.hourBar}>
              <span style={{ width: `${(mails / most) * 100}%` }} aria-hidden="true" />
              {numberText(mails)}
            </td>
            <td className={styles.hint}>
              {mailboxes.map(({ mailboxId, mails: count }) => `${addressOf(mailboxId)} ${numberText(count)}`).join(" · ")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
