import { Button, NativeSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { campaignQuery } from "../../api/campaign.ts";
import { answerOf, api } from "../../api/client.ts";
import { LOGGED_STATES, type LogFilter, MAIL_KINDS } from "../../api/log-filter.ts";
import { KEYS } from "../../api/queries.ts";
import { formText } from "../../components/form-text.ts";
import { browserZone, instantText, zoneText } from "../../format/instants.ts";
import styles from "./outbox.module.css";

const OUTCOMES = [
  "recipient-temporary",
  "greylisted",
  "recipient-permanent",
  "unknown-user",
  "mailbox-trouble",
  "mailbox-broken",
  "unknown",
  "withheld",
  "written-off",
] as const;

interface LogFiltersProps {
  readonly filter: LogFilter;
  onChange(filter: LogFilter): void;
}

/** Narrows the send log; each choice counts at once, and the address as soon as it is whole. */
export function LogFilters({ filter, onChange }: LogFiltersProps) {
  const { t } = useTranslation("outbox");
  const set = (name: keyof LogFilter, value: string | number | undefined) => {
    const { [name]: _before, ...rest } = filter;
    onChange(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  const search = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    set("lead", formText(event.currentTarget, "lead").trim());
  };
  return (
    <form onSubmit={search}>
      <fieldset className={styles.filters}>
        <legend className="visually-hidden">{t("log.filter")}</legend>
        <CampaignSelect value={filter.campaignId} onChange={(id) => set("campaignId", id)} />
        <MailboxSelect value={filter.mailboxId} onChange={(id) => set("mailboxId", id)} />
        <TextInput
          key={filter.lead ?? ""}
          name="lead"
          label={t("log.lead")}
          placeholder={t("log.leadHelp")}
          defaultValue={filter.lead ?? ""}
          onBlur={(event) => set("lead", event.target.value.trim())}
        />
        <Choice
          label={t("log.state")}
          value={filter.state}
          choices={LOGGED_STATES.map((one) => [one, t(`ledger.${one}`, { ns: "common" })])}
          onChange={(state) => set("state", state)}
        />
        <Choice
          label={t("log.outcome")}
          value={filter.outcome}
          choices={OUTCOMES.map((one) => [one, t(`outcome.${one}`, { ns: "common" })])}
          onChange={(outcome) => set("outcome", outcome)}
        />
        <Choice
          label={t("log.kind")}
          value={filter.kind}
          choices={MAIL_KINDS.map((one) => [one, t(`kind.${one}`)])}
          onChange={(kind) => set("kind", kind)}
        />
        {filter.from !== undefined && <Since at={filter.from} onEnd={() => set("from", undefined)} />}
        <Button variant="subtle" data-idle={Object.keys(filter).length === 0 || undefined} onClick={() => onChange({})}>
          {t("log.reset")}
        </Button>
      </fieldset>
    </form>
  );
}

/** A number elsewhere counts from an instant on; the list behind it says so, and can let go of it. */
function Since({ at, onEnd }: { readonly at: string; onEnd(): void }) {
  const { t } = useTranslation("outbox");
  const zone = browserZone();
  const since = { at: instantText(at, zone), zone: zoneText(zone, new Date(at)) };
  return (
    <Button variant="default" aria-label={t("log.sinceEnd", since)} onClick={onEnd}>
      {t("log.since", since)} ×
    </Button>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly choices: readonly (readonly [value: string, text: string])[];
  /** Empty for all. */
  onChange(value: string): void;
}

function Choice({ label, value = "", choices, onChange }: ChoiceProps) {
  const { t } = useTranslation("outbox");
  return (
    <NativeSelect
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      data={[{ value: "", label: t("log.all") }, ...choices.map(([one, text]) => ({ value: one, label: text }))]}
    />
  );
}

interface IdChoiceProps {
  readonly value: number | undefined;
  onChange(id: number | undefined): void;
}

/** There may be very many campaigns, so they are searched by name. */
function CampaignSelect({ value, onChange }: IdChoiceProps) {
  const { t } = useTranslation("outbox");
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const { data: chosen } = useQuery({ ...campaignQuery(value ?? 0), enabled: value !== undefined });
  const { data: found } = useQuery({
    queryKey: [KEYS.campaigns, "names", search],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns", { params: { query: { limit: 20, ...(search !== "" && { search }) } } })),
    placeholderData: keepPreviousData,
  });
  const names = new Map((found?.items ?? []).map(({ id, name }) => [id, name]));
  if (chosen !== undefined) names.set(chosen.id, chosen.name);
  return (
    <Select
      label={t("log.campaign")}
      placeholder={t("log.all")}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("log.reset") }}
      value={value === undefined ? null : String(value)}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={[...names].map(([id, name]) => ({ value: String(id), label: name }))}
      nothingFoundMessage={t("list.empty", { ns: "common" })}
      onChange={(id) => onChange(id === null ? undefined : Number(id))}
    />
  );
}

function MailboxSelect({ value, onChange }: IdChoiceProps) {
  const { t } = useTranslation("outbox");
  const { data } = useQuery({
    queryKey: [KEYS.mailboxes],
    queryFn: () => answerOf(api.GET("/api/v1/mailboxes")),
  });
  return (
    <Choice
      label={t("log.mailbox")}
      value={value === undefined ? undefined : String(value)}
      choices={(data?.items ?? []).map(({ id, address }) => [String(id), address])}
      onChange={(id) => onChange(id === "" ? undefined : Number(id))}
    />
  );
}
