import { fail, ok, type Result } from "./result.ts";

/** The field under which templates reach the lead's address; it is no field of its own. */
export const ADDRESS_FIELD = "email";

/** The longest value of a field. */
export const FIELD_CHARACTERS_MAX = 10_000;

const FIELDS_MAX = 500;
const NAME_CHARACTERS_MAX = 100;
/** What a template can name without brackets. */
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;
const NAME_ALLOWED = `a letter, then letters, digits and _, at most ${NAME_CHARACTERS_MAX} characters`;

/** Refuses a name by which no template could reach the field. */
export function checkFieldName(name: string, field: string): Result<string> {
  if (name.length <= NAME_CHARACTERS_MAX && NAME.test(name)) return ok(name);
  return fail({ field, value: name.slice(0, NAME_CHARACTERS_MAX), message: "is no name of a field", allowed: NAME_ALLOWED });
}

/** A lead's fields as they are stored: trimmed, without blank ones. Refused with the name of the first one that cannot be kept. */
export function checkFields(given: Readonly<Record<string, string>>, field = "fields"): Result<Record<string, string>> {
  const entries = Object.entries(given).map(([name, value]) => [name, value.trim()] as const);
  if (entries.length > FIELDS_MAX)
    return fail({ field, value: `${entries.length} fields`, message: "are too many", allowed: `at most ${FIELDS_MAX}` });
  // No prototype, so that any name is safe.
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries) {
    const named = checkFieldName(name, `${field}.${name}`.slice(0, NAME_CHARACTERS_MAX));
    if (!named.ok) return named;
    const fault = faultOf(name, value);
    if (fault !== undefined) return fail({ field: `${field}.${name}`, value: value.slice(0, NAME_CHARACTERS_MAX), ...fault });
    if (value !== "") fields[name] = value;
  }
  return ok(fields);
}

function faultOf(name: string, value: string): { readonly message: string; readonly allowed?: string } | undefined {
  if (name === ADDRESS_FIELD) return { message: "is the lead's address and cannot be a field", allowed: "another name" };
  if (value.includes("\0")) return { message: "holds a NUL character" };
  if (value.length <= FIELD_CHARACTERS_MAX) return undefined;
  return { message: `has ${value.length} characters`, allowed: `at most ${FIELD_CHARACTERS_MAX}` };
}
