import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem.ts";

/** First words of the keys under which answers are kept; what the server tells of a change names the ones to ask again. */
export const KEYS = {
  session: "session",
  overview: "overview",
  campaigns: "campaigns",
  campaign: "campaign",
  leads: "leads",
  lead: "lead",
  mailboxes: "mailboxes",
  outbox: "outbox",
  log: "log",
  unconfirmed: "unconfirmed",
  settings: "settings",
  imports: "imports",
  inbox: "inbox",
  migration: "migration",
  olderSenders: "older-senders",
} as const;

const TRIES_MAX = 2;
/** Without the event stream, what is open on a screen is asked again this often. */
export const REFRESH_MS = 15_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchInterval: REFRESH_MS,
      retry: (tries, problem) => tries < TRIES_MAX && isWorthAnotherTry(problem),
    },
    mutations: { retry: false },
  },
});

/** An answer that was a refusal will be the same again. */
function isWorthAnotherTry(problem: Error): boolean {
  return !(problem instanceof ApiProblem) || problem.status === 0 || problem.status === 503;
}
