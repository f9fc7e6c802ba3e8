import { Button, Menu, Switch } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { Moment } from "../../components/moment.tsx";
import { numberText } from "../../format/numbers.ts";
import { type Mailbox, useChangeMailbox } from "./mailbox-queries.ts";
import { MailboxState } from "./mailbox-state.tsx";
import styles from "./mailboxes.module.css";

export type MailboxTask = "edit" | "check" | "test" | "delete";

interface MailboxLineProps {
  readonly mailbox: Mailbox;
  onTask(task: MailboxTask): void;
}

/** A mailbox in the list: what it does, today's numbers, and what can be done with it. */
export function MailboxLine({ mailbox, onTask }: MailboxLineProps) {
  const mayChange = useMay("operator");
  const change = useChangeMailbox(mailbox);
  return (
    <li>
      <div>
        <MailboxState
          mailbox={mailbox}
          seeTo={mayChange ? { busy: change.isPending, run: () => change.mutate({ active: true }) } : undefined}
        />
        {change.isError && <ProblemNotice problem={change.error} />}
      </div>
      <Numbers mailbox={mailbox} />
      {mayChange && (
        <div className={styles.actions}>
          <OnSwitch mailbox={mailbox} busy={change.isPending} onChange={(active) => change.mutate({ active })} />
          <Tasks mailbox={mailbox} onTask={onTask} />
        </div>
      )}
    </li>
  );
}

function Numbers({ mailbox }: { readonly mailbox: Mailbox }) {
  const { t } = useTranslation("mailboxes");
  const { id, today, perDayMax, campaigns } = mailbox;
  const used = numberText(today.used);
  return (
    <dl className={styles.numbers}>
      <dt>{t("today")}</dt>
      <dd>
        <Link to="/outbox/log" search={{ mailboxId: id }} aria-label={t("todayOpen", { used, address: mailbox.address })}>
          {used}
        </Link>{" "}
        {perDayMax === null ? t("noLimit") : t("ofLimit", { max: numberText(perDayMax) })}
      </dd>
      <dt>{t("next")}</dt>
      <dd>
        <NextMail mailbox={mailbox} />
      </dd>
      <dt>{t("campaigns")}</dt>
      <dd>
        {campaigns.length === 0 && t("noCampaign")}
        {campaigns.map((campaign, index) => (
          <span key={campaign.id}>
            {index > 0 && ", "}
            <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaign.id) }}>
              {campaign.name}
            </Link>
          </span>
        ))}
      </dd>
    </dl>
  );
}

function NextMail({ mailbox: { state, nextAt, zone } }: { readonly mailbox: Mailbox }) {
  const { t } = useTranslation("mailboxes");
  if (state === "ready") return t("nextNow");
  return nextAt === null ? t(`nextNever.${state}`) : <Moment at={nextAt} zone={zone} withZone />;
}

interface OnSwitchProps {
  readonly mailbox: Mailbox;
  readonly busy: boolean;
  onChange(active: boolean): void;
}

/** Shows what the server has; while a change is on its way it is only not to be pressed. */
function OnSwitch({ mailbox: { address, active }, busy, onChange }: OnSwitchProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <Switch
      checked={active}
      disabled={busy}
      label={
        <>
          {t("active")} <span className="visually-hidden">{address}</span>
        </>
      }
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

function Tasks({ mailbox, onTask }: MailboxLineProps) {
  const { t } = useTranslation("mailboxes");
  const { address } = mailbox;
  // The rest of its uses the server knows, and says.
  const isUnused = mailbox.campaigns.length === 0 && mailbox.lastUsedAt === null;
  return (
    <>
      <Button variant="default" aria-label={t("editOf", { address })} onClick={() => onTask("edit")}>
        {t("action.edit", { ns: "common" })}
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" aria-label={t("moreOf", { address })}>
            {t("more")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onTask("check")}>{t("check.open")}</Menu.Item>
          <Menu.Item onClick={() => onTask("test")}>{t("test.open")}</Menu.Item>
          {isUnused && (
            <Menu.Item color="bad" onClick={() => onTask("delete")}>
              {t("delete.open")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
