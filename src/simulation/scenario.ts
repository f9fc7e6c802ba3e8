import type { CampaignSettings } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import type { CrashPoint } from "../engine/ports.ts";

/** A world and what happens to it, as a scenario file says it, with every default filled in. Instants are UTC ms, durations ms. */
export interface Scenario {
  readonly seed: number;
  /** The zone of local times in the file, and the default zone of campaigns and mailboxes. */
  readonly zone: string;
  readonly startAt: Instant;
  /** `idle`: until no lead is open in any running or scheduled campaign. */
  readonly until: { readonly kind: "instant"; readonly at: Instant } | { readonly kind: "idle" };
  /** Engine instances that share the database, numbered from 1. */
  readonly workers: number;
  /** The time that a server takes from the connection to its final answer. */
  readonly smtp: { readonly latencyMs: number };
  readonly mailboxes: readonly ScenarioMailbox[];
  readonly campaigns: readonly ScenarioCampaign[];
  readonly events: readonly ScenarioEvent[];
}

export interface ScenarioMailbox {
  readonly address: string;
  readonly zone: string;
  readonly perDayMax?: number;
  readonly minGapMs: number;
  readonly active: boolean;
}

export interface ScenarioCampaign {
  readonly name: string;
  /** Addresses of its mailboxes. */
  readonly mailboxes: readonly string[];
  readonly leads: readonly ScenarioLead[];
  /** Without a start time, which is `startAt` here. */
  readonly settings: CampaignSettings;
  readonly startAt: Instant | "never";
}

export interface ScenarioLead {
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly priority?: number;
}

interface Dated {
  /** Absent only for a crash that waits for its `when`, and for an `smtp` event in force from the start. */
  readonly at?: Instant;
  /** Where in the file it stands, from 1. */
  readonly line: number;
}

/** How a server or the way to it fails; the last two lose the connection after the body, when the server has the mail, and when not. */
export const SMTP_FAILURES = [
  "connection",
  "timeout",
  "auth",
  "lost-before-body",
  "lost-after-body",
  "dropped-after-body",
] as const;

/** What a server's reply answers to. */
export const SMTP_STAGES = ["connect", "mail", "rcpt", "data", "body"] as const;

export interface SmtpEvent extends Dated {
  readonly do: "smtp";
  /** Neither means every mail. */
  readonly mailbox?: string;
  readonly lead?: string;
  readonly fail?: (typeof SMTP_FAILURES)[number];
  /** As the server says it: `451 4.7.1 greylisted`. */
  readonly reply?: string;
  /** With `reply`; `rcpt` when left out. */
  readonly atStage?: (typeof SMTP_STAGES)[number];
  readonly times?: number;
  readonly forMs?: number;
}

export interface CrashEvent extends Dated {
  readonly do: "crash";
  /** All of them when left out. */
  readonly worker?: number;
  readonly when?: { readonly point: CrashPoint; readonly lead: string };
  readonly forMs: number;
}

export type ScenarioEvent =
  | (Dated & { readonly do: "start" | "pause" | "resume" | "cancel"; readonly campaign: string })
  | (Dated & { readonly do: "cut-over" | "roll-back"; readonly campaign: string })
  | (Dated & { readonly do: "update-campaign"; readonly campaign: string; readonly set: Partial<CampaignSettings> })
  | (Dated & {
      readonly do: "update-mailbox";
      readonly mailbox: string;
      readonly set: {
        readonly zone?: string;
        readonly perDayMax?: number | null;
        readonly minGapMs?: number;
        readonly active?: boolean;
      };
    })
  | (Dated & { readonly do: "add-leads"; readonly campaign: string; readonly leads: readonly ScenarioLead[] })
  | (Dated & { readonly do: "suppress"; readonly lead: string })
  | (Dated & { readonly do: "stop"; readonly worker?: number; readonly forMs: number })
  | CrashEvent
  | SmtpEvent
  | (Dated & { readonly do: "clock"; readonly byMs: number })
  | (Dated & { readonly do: "database"; readonly fail: "busy"; readonly forMs: number });
