import { useTranslation } from "react-i18next";
import type { Shape } from "../api/client.ts";
import { useSaid } from "./said/said.ts";
import { durationText, instantText, zoneText } from "../format/instants.ts";

type Headline = Shape<"Headline">;
type ClosedGate = Shape<"ClosedGate">;
type MailboxBar = Shape<"MailboxBar">;
type EngineState = Shape<"EngineState">;

/** What a campaign does now and why, in one sentence. */
export function Doing({ doing, zone }: { readonly doing: Headline; readonly zone: string }) {
  return useSentences(zone).headline(doing);
}

interface Sentences {
  headline(doing: Headline): string;
  gate(gate: ClosedGate): string;
  bar(bar: MailboxBar): string;
  engine(engine: EngineState): string;
}

/** What the API says as data, as sentences in the reader's language; times in `zone`. */
export function useSentences(zone: string): Sentences {
  const { t } = useTranslation();
  const say = useSaid();
  const until = (at: string | null): string =>
    at === null ? "" : t("doing.until", { at: instantText(at, zone), zone: zoneText(zone) });
  const sentences: Sentences = {
    headline(doing) {
      switch (doing.kind) {
        case "completed":
          return doing.unconfirmed === 0 ? t("doing.completed") : t("doing.completedUnconfirmed", { count: doing.unconfirmed });
        case "gate":
          return sentences.gate(doing.gate);
        case "engine":
          return sentences.engine(doing.engine);
        case "next": {
          const said = {
            lead: doing.lead,
            at: instantText(doing.at, zone, "full"),
            zone: zoneText(zone),
            mailbox: doing.mailbox,
          };
          return t(`doing.${doing.isDue ? "due" : "next"}${doing.mailbox === null ? "" : "From"}`, said);
        }
        case "waiting-for-answer":
          return t("doing.waitingForAnswer", { count: doing.sending });
        case "nothing-planned":
          return t("doing.nothingPlanned");
      }
    },
    gate(gate) {
      const ends = until(gate.until);
      switch (gate.gate) {
        case "status":
          return t(`doing.status.${gate.status}`);
        case "frozen":
        case "owner":
          return t(`doing.${gate.gate}`);
        case "pace":
        case "long-pause":
          return t(`doing.gate.${gate.gate}`, { gap: durationText(gate.gapMs ?? 0), until: ends });
        case "holiday":
          return t("doing.gate.holiday", { holiday: gate.holiday, until: ends });
        case "campaign-limit":
          return t("doing.gate.campaign-limit", { used: gate.used, max: gate.max, until: ends });
        case "mailboxes": {
          const bars = gate.bars ?? [];
          if (bars.length === 0) return t("doing.gate.noMailbox");
          return t("doing.gate.mailboxes", { until: ends, bars: bars.map(sentences.bar).join("; ") });
        }
        case "start-time":
        case "hours":
          return t(`doing.gate.${gate.gate}`, { until: ends });
      }
    },
    bar({ why, address, until: ends, detail, detailPhrase, used, max }) {
      const words = used === undefined || detail === null ? detail && say(detail, detailPhrase) : t("doing.of", { used, max });
      return t(`doing.bar.${why}`, { address, until: until(ends), detail: words === null ? "" : ` (${words})` });
    },
    engine(engine) {
      const since = engine.since === null ? "" : instantText(engine.since, zone);
      if (engine.kind === "several") return t("doing.engine.several", { count: engine.workers, since, zone: zoneText(zone) });
      const seen = engine.seenAt === null ? "" : instantText(engine.seenAt, zone);
      return t(`doing.engine.${engine.kind}`, { host: engine.host, since, seen, zone: zoneText(zone) });
    },
  };
  return sentences;
}
