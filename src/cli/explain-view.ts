import { type EngineState, engineRemedy, engineText, isAtWork } from "../domain/engine-state.ts";
import type { ExplainedGate } from "../domain/explain.ts";
import type { LeadGate } from "../domain/explain-lead.ts";
import type { Instant } from "../domain/instant.ts";
import { localText } from "../domain/zone.ts";
import type { Explained } from "../operation/explain.ts";
import type { NextMail } from "../storage/reports.ts";
import type { Io } from "./io.ts";
import { type Style, styleOf } from "./style.ts";

const iso = (at: Instant | undefined | null): string | null =>
  at === undefined || at === null ? null : new Date(at).toISOString();

/** The same as JSON; instants in UTC. */
export function explainedJson({ report, headline: sentence, explanation, engine, next, lead, at }: Explained): object {
  return {
    campaign: report.name,
    status: report.status,
    headline: sentence,
    nextAt: iso(explanation.nextAt),
    gates: [...explanation.gates.map(gateJson), engineJson(engine, at)],
    next: next.map((mail) => ({ lead: mail.lead, at: iso(mail.scheduledAt), mailbox: mail.mailbox, cause: mail.cause })),
    ...(lead !== undefined && { lead: leadJson(lead) }),
  };
}

function gateJson({ gate, open, text, remedy, ...rest }: ExplainedGate | LeadGate) {
  const { since, until, setting } = rest as Partial<ExplainedGate>;
  return { gate, open, since: iso(since), until: iso(until), text, setting: setting ?? null, remedy: remedy ?? null };
}

function engineJson(engine: EngineState, at: Instant) {
  const since = engine.kind === "nobody" ? null : iso(engine.since);
  return {
    gate: "engine",
    open: isAtWork(engine),
    since,
    until: null,
    text: engineText(engine, at),
    setting: null,
    remedy: engineRemedy(engine) ?? null,
  };
}

function leadJson({ place, explanation }: NonNullable<Explained["lead"]>) {
  const { address, state, reason, ahead, row, tries } = place;
  return {
    address,
    state,
    reason: reason ?? null,
    headline: explanation.headline,
    ahead,
    planned:
      row === undefined
        ? null
        : { at: iso(row.scheduledAt), mailbox: row.mailbox ?? null, cause: row.cause, movedFrom: iso(row.movedFrom) },
    gates: explanation.gates.map(gateJson),
    tries: tries.map((one) => ({
      ...one,
      at: iso(one.at),
      handedOverAt: iso(one.handedOverAt),
      reply: one.reply ?? null,
      nextTryAt: iso(one.nextTryAt),
    })),
  };
}

/** The same for people; times in the campaign's zone. */
export function explainedText(explained: Explained, io: Io): string {
  const style = styleOf(io);
  const { report, lead, zone, next, engine, at } = explained;
  const gates = explained.explanation.gates.map((gate) => gateText(gate, zone, style));
  const engineLine = mark(isAtWork(engine), "engine", engineText(engine, at), engineRemedy(engine), style);
  const blocks = [
    `${style.bold(report.name)}  ${report.status}\n${explained.headline}\n`,
    `Gates, in the order in which the engine asks them (${zone}):\n${gates.join("")}${engineLine}`,
  ];
  if (lead === undefined && next.length > 0) blocks.push(`Next mails:\n${next.map((mail) => nextText(mail, zone)).join("")}`);
  if (lead !== undefined) blocks.push(leadText(lead, zone, style));
  return blocks.join("\n");
}

function gateText(gate: ExplainedGate, zone: string, style: Style): string {
  const since = gate.since === undefined ? "" : `, since ${localText(zone, gate.since)}`;
  return mark(gate.open, gate.gate, `${gate.text}${since} ${style.dim(`[${gate.setting}]`)}`, gate.remedy, style);
}

const GATE_WIDTH = 16;

function mark(open: boolean, gate: string, text: string, remedy: string | undefined, style: Style): string {
  const state = open ? style.green("open  ") : style.red("closed");
  const help = remedy === undefined ? "" : `\n          ${" ".repeat(GATE_WIDTH)}to change it: ${remedy}`;
  return `  ${state}  ${gate.padEnd(GATE_WIDTH)}${text}${help}\n`;
}

function nextText({ lead, mailbox, scheduledAt, cause }: NextMail, zone: string): string {
  return `  ${localText(zone, scheduledAt)}  ${lead}${mailbox === null ? "" : ` from ${mailbox}`}  (${cause})\n`;
}

function leadText({ place, explanation }: NonNullable<Explained["lead"]>, zone: string, style: Style): string {
  const gates = explanation.gates.map((gate) => mark(gate.open, gate.gate, gate.text, gate.remedy, style)).join("");
  const tries = place.tries.map((one) => {
    const next = one.nextTryAt === undefined ? "" : `; again from ${localText(zone, one.nextTryAt)}`;
    return `  try ${one.attempt}  ${localText(zone, one.handedOverAt ?? one.at)}  ${one.state}  from ${one.mailbox}${one.reply === undefined ? "" : `: ${one.reply}`}${next}\n`;
  });
  const history = tries.length === 0 ? "No try yet.\n" : `Tries:\n${tries.join("")}`;
  return `${style.bold(place.address)}  ${place.state}\n${place.address} ${explanation.headline}\n${gates}${history}`;
}
