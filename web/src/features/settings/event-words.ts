import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { useEventText } from "../../components/events/event-text.ts";
import { useSaid } from "../../components/said/said.ts";

/** What the server records, by the names that it gives. */
export const EVENT_KINDS = [
  ...["campaign-created", "campaign-copied", "campaign-renamed", "campaign-scheduled", "campaign-started", "campaign-paused"],
  ...["campaign-resumed", "campaign-completed", "campaign-reopened", "campaign-cancelled", "campaign-deleted"],
  ...["settings-changed", "message-changed", "plan-moved"],
  ...["leads-added", "lead-edited", "lead-fields-changed", "lead-priority-set", "lead-skipped"],
  ...["import-started", "import-done", "import-failed", "import-cancelled"],
  ...["mail-failed", "mail-unconfirmed", "mail-taken-back", "unconfirmed-mark-sent", "unconfirmed-send-again"],
  ...["test-mail-sent", "test-mail-rejected", "test-mail-unconfirmed"],
  ...["mailbox-created", "mailbox-renamed", "mailbox-account-changed", "mailbox-rules-changed", "mailbox-switched-on"],
  ...["mailbox-switched-off", "mailbox-rests", "mailbox-needs-attention", "mailbox-deleted"],
  ...["address-suppressed", "address-unsuppressed", "suppressions-imported"],
  ...["signed-in", "sign-in-failed", "signed-out", "signed-out-elsewhere", "password-changed", "password-reset"],
  ...["user-created", "user-renamed", "role-changed", "user-switched-on", "user-switched-off", "user-deleted"],
  ...["token-created", "token-revoked", "installation-settings-changed"],
  ...["alert", "frozen", "released", "hand-overs-carried-over"],
  ...["key-added", "key-rotated", "key-forgotten", "old-keys-dropped"],
] as const;

/** Of what an event tells besides, what names its object. */
const NAMES = ["user", "token", "address", "name", "fileName", "to"] as const;

/** Of what an event was recorded for, where that says more than its kind. */
const TOLD_BY_CAUSE: readonly string[] = ["mailbox-needs-attention", "mail-failed", "alert"];

interface EventWords {
  /** What happened, and to whom or what where the server says it; a kind that this page does not know is shown raw. */
  what(event: Shape<"HistoryEvent">): string;
  /** Who did it: people by their address, the program's own doings in words. */
  actor(actor: string): string;
}

export function useEventWords(): EventWords {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const textOf = useEventText();
  return {
    what: ({ kind, data, cause, causePhrase }) => {
      const isToldByCause = cause !== null && TOLD_BY_CAUSE.includes(kind);
      const object = nameIn(data) ?? (isToldByCause ? say(cause, causePhrase) : undefined);
      const text = textOf(kind);
      return object === undefined ? text : `${text}: ${object}`;
    },
    actor: (actor) => t(`actor.${actor.replaceAll(/[. ]/g, "-")}`, { defaultValue: actor }),
  };
}

function nameIn(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const values = data as Readonly<Record<string, unknown>>;
  return NAMES.map((name) => values[name]).find((value) => typeof value === "string");
}
