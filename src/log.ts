import { pino } from "pino";
import type { LogFields, Logger } from "./engine/ports.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Structured lines on standard error: JSON, or readable ones where a person looks on (`pretty`). Standard output stays free for what a
 * command prints. Bodies and passwords are not logged; `redact` is the net below that rule.
 */
export function createLogger(level: LogLevel, pretty: boolean): Logger {
  const options = { level, base: null, redact: ["password", "secret", "pass"], timestamp: pino.stdTimeFunctions.isoTime };
  const log = pretty
    ? pino({
        ...options,
        transport: { target: "pino-pretty", options: { destination: 2, ignore: "pid,hostname", singleLine: true } },
      })
    : pino(options, pino.destination({ dest: 2, sync: true }));
  const write =
    (name: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: LogFields = {}): void =>
      log[name](fields, event);
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
