import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fail, ok, type Problem, problemText, type Result } from "../domain/result.ts";
import { LEADS_MAX, parseCampaignName } from "../domain/setting-text.ts";
import { compileTemplate, type MessageTemplate, squeeze } from "../domain/template.ts";
import { fieldNames } from "../leads/columns.ts";
import type { LeadFormat } from "../leads/csv-format.ts";
import type { RejectedRow } from "../leads/read-leads.ts";
import type { MailboxSpec } from "../mail/smtp-url.ts";
import type { NewMessage } from "../storage/messages.ts";
import type { NewLead } from "../storage/registry.ts";
import type { CommonOptions } from "./io.ts";
import { readSettings, type SettingChanges, type SettingOptions } from "./send-settings.ts";

/** The options of `goniec send`, as they were typed. */
export interface SendOptions extends CommonOptions, SettingOptions {
  readonly name: string;
  readonly leads: string;
  readonly mailbox: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly attach?: readonly string[];
  readonly detach?: boolean;
  readonly yes?: boolean;
}

/** All that a person orders with one `goniec send`: read from the options and files, and found to be in order, before anything is written. */
export interface SendOrder extends CampaignOrder {
  readonly file: LeadFile;
}

/** A campaign as it is to be, wherever its leads come from. */
export interface CampaignOrder {
  readonly name: string;
  readonly leads: readonly NewLead[];
  readonly mailboxes: readonly MailboxSpec[];
  readonly message: NewMessage;
  readonly template: MessageTemplate;
  readonly changes: SettingChanges;
}

export interface LeadFile {
  readonly path: string;
  readonly format: LeadFormat;
  readonly rejected: readonly RejectedRow[];
}

const SHOWN_COLUMNS_MAX = 30;

/** Reads and checks everything that the options name; gives all that is wrong with it, not only the first. */
export async function readOrder(options: SendOptions): Promise<Result<SendOrder, readonly Problem[]>> {
  const problems: Problem[] = [];
  const take = <T>(result: Result<T>): T | undefined => {
    if (!result.ok) problems.push(result.error);
    return result.ok ? result.value : undefined;
  };
  const name = take(parseCampaignName(options.name, "--name"));
  const mailboxes = await readMailboxes(options.mailbox, problems);
  const changes = await readSettings(options, problems);
  const written = take(await readMessage(options));
  const imported = take(await readLeadFile(options.leads));
  if (written !== undefined && imported !== undefined)
    problems.push(...unknownFields(written.template, imported.file, imported.leads));
  if (problems.length > 0 || name === undefined || written === undefined || imported === undefined) return fail(problems);
  return ok({ name, mailboxes, changes, ...imported, ...written });
}

async function readMailboxes(texts: readonly string[], problems: Problem[]): Promise<MailboxSpec[]> {
  const { maskPassword, parseMailbox } = await import("../mail/smtp-url.ts");
  const specs = new Map<string, MailboxSpec>();
  for (const text of texts) {
    const parsed = parseMailbox(text, "--mailbox");
    if (!parsed.ok) problems.push(parsed.error);
    else if (specs.has(parsed.value.address.toLowerCase()))
      problems.push({ field: "--mailbox", value: maskPassword(text), message: `${parsed.value.address} is given twice` });
    else specs.set(parsed.value.address.toLowerCase(), parsed.value);
  }
  return [...specs.values()];
}

interface WrittenMessage {
  readonly message: NewMessage;
  readonly template: MessageTemplate;
}

async function readMessage(options: SendOptions): Promise<Result<WrittenMessage>> {
  const [{ bodyFromFile }, { readAttachments }] = await Promise.all([
    import("../mail/body-format.ts"),
    import("../mail/attachment-files.ts"),
  ]);
  if (options.subject.trim() === "") return fail({ field: "--subject", value: options.subject, message: "is empty" });
  const source = await readText(options.body);
  if (!source.ok) return source;
  const body = bodyFromFile(options.body, source.value);
  if (!body.ok) return fail({ ...body.error, field: "--body" });
  const template = compileTemplate({ subject: options.subject, ...body.value });
  if (!template.ok)
    return fail({ ...template.error, field: template.error.field === "subject" ? "--subject" : `--body ${options.body}` });
  const attachments = await readAttachments(options.attach ?? [], "--attach");
  if (!attachments.ok) return attachments;
  return ok({ message: { subject: options.subject, ...body.value, attachments: attachments.value }, template: template.value });
}

async function readText(path: string): Promise<Result<string>> {
  const refuse = (message: string, allowed?: string) =>
    fail({ field: "--body", value: path, message, ...(allowed !== undefined && { allowed }) });
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return refuse("does not exist");
    if (code === "EISDIR") return refuse("is a directory", "a file that ends in .md, .html or .txt");
    return code === "ERR_ENCODING_INVALID_ENCODED_DATA"
      ? refuse("is not UTF-8 text", "a file saved as UTF-8")
      : refuse(`cannot be read (${code ?? String(error)})`);
  }
}

async function readLeadFile(path: string): Promise<Result<Pick<SendOrder, "file" | "leads">>> {
  const [{ detectFormat }, { readLeads }] = await Promise.all([
    import("../leads/csv-format.ts"),
    import("../leads/read-leads.ts"),
  ]);
  const format = await detectFormat(path);
  if (!format.ok) return fail({ ...format.error, field: "--leads" });
  const leads: NewLead[] = [];
  const rejected: RejectedRow[] = [];
  for await (const batch of readLeads(createReadStream(path), format.value)) {
    for (const { address, fields, priority } of batch.leads)
      leads.push({ address, fields, ...(priority !== undefined && { priority }) });
    rejected.push(...batch.rejected);
    if (leads.length > LEADS_MAX)
      return fail({
        field: "--leads",
        value: path,
        message: "holds too many leads for one campaign",
        allowed: `up to ${LEADS_MAX}`,
      });
  }
  const [first] = rejected;
  if (leads.length > 0) return ok({ leads, file: { path, format: format.value, rejected } });
  const why = first === undefined ? "" : `; the first: row ${first.row} ${JSON.stringify(first.value)} ${first.reason}`;
  return fail({ field: "--leads", value: path, message: `no row of it gives a lead${why}` });
}

/** A field that no column gives would skip every lead, so it is a slip of the pen and not a gap in the data. */
function unknownFields(template: MessageTemplate, file: LeadFile, leads: readonly NewLead[]): Problem[] {
  const columns = file.format.columns.map((column) => column.field);
  const known = knownNames(file);
  // `Anna Nowak <anna@acme.test>` in the address column gives a name without a column of its own.
  if (leads.some((lead) => lead.fields["name"] !== undefined)) known.add("name");
  return template.fields
    .filter((field) => field.needsValue && !known.has(squeeze(field.name)))
    .map(({ name }) => ({
      field: "the message's field",
      value: name,
      message: `no column of ${basename(file.path)} gives it, and it has no fallback`,
      allowed: `${columns.slice(0, SHOWN_COLUMNS_MAX).join(", ")}; or a fallback: {{ ${name} | default: "..." }}`,
    }));
}

function knownNames(file: LeadFile): Set<string> {
  const { columns } = file.format;
  return new Set(columns.flatMap((column) => fieldNames(column, columns)).map(squeeze));
}

/** Fields that stand in no column but have a fallback: every lead would get it, which may be meant. */
export function fieldsOnFallback(template: MessageTemplate, file: LeadFile): string[] {
  const known = knownNames(file);
  return template.fields.filter((field) => !field.needsValue && !known.has(squeeze(field.name))).map((field) => field.name);
}

/** All problems, one in a line. */
export function problemLines(problems: readonly Problem[]): string {
  return problems.map((problem) => `goniec: ${problemText(problem)}\n`).join("");
}
