import { useSyncExternalStore } from "react";
import { KEYS, queries } from "./queries.ts";

/** Whether what is on the screen follows the server; `since` is when that last changed (by the browser's clock). */
export interface LiveState {
  readonly state: "connecting" | "live" | "lost";
  readonly since: number;
  /** When the server was last heard. */
  readonly heardAt: number | undefined;
}

let current: LiveState = { state: "connecting", since: Date.now(), heardAt: undefined };
const listeners = new Set<() => void>();

function become(state: LiveState["state"]): void {
  const heardAt = state === "live" ? Date.now() : current.heardAt;
  current = current.state === state ? { ...current, heardAt } : { state, since: Date.now(), heardAt };
  for (const tell of listeners) tell();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
}

/** What a kind of event makes stale. `workers` comes every few seconds, and so also shows that the server is there. */
const STALE: Readonly<Record<string, readonly string[]>> = {
  send: [
    KEYS.overview,
    KEYS.campaigns,
    KEYS.campaign,
    KEYS.outbox,
    KEYS.log,
    KEYS.unconfirmed,
    KEYS.mailboxes,
    KEYS.lead,
    KEYS.inbox,
    KEYS.migration,
  ],
  "campaign-changed": [KEYS.overview, KEYS.campaigns, KEYS.campaign, KEYS.outbox, KEYS.lead, KEYS.migration],
  event: [KEYS.overview, KEYS.campaign, KEYS.mailboxes, KEYS.leads, KEYS.lead, KEYS.unconfirmed, KEYS.settings, KEYS.migration],
  import: [KEYS.imports, KEYS.campaign],
  workers: [KEYS.overview],
};

const RECONNECT_MS = 3_000;
/** A screen is refreshed at most this often, however much happens. */
const REFRESH_PAUSE_MS = 1_000;

/** Follows the server's events until the returned function is called. The browser resumes by Last-Event-ID on its own. */
export function followServer(): () => void {
  let source: EventSource | undefined;
  let again: number | undefined;
  const stale = new Set<string>();
  let refresh: number | undefined;
  const refreshSoon = (keys: readonly string[]) => {
    for (const key of keys) stale.add(key);
    refresh ??= window.setTimeout(() => {
      refresh = undefined;
      for (const key of stale) void queries.invalidateQueries({ queryKey: [key] });
      stale.clear();
    }, REFRESH_PAUSE_MS);
  };
  const connect = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => {
      const wasLost = current.state === "lost";
      become("live");
      if (wasLost) void queries.invalidateQueries();
    });
    source.addEventListener("error", () => {
      become("lost");
      if (source?.readyState !== EventSource.CLOSED) return;
      again = window.setTimeout(connect, RECONNECT_MS);
    });
    source.addEventListener("reset", () => void queries.invalidateQueries());
    for (const [kind, keys] of Object.entries(STALE)) {
      source.addEventListener(kind, () => {
        become("live");
        refreshSoon(keys);
      });
    }
  };
  connect();
  return () => {
    source?.close();
    window.clearTimeout(again);
    window.clearTimeout(refresh);
  };
}
