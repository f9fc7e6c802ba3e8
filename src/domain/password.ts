import { fail, ok, type Result } from "./result.ts";

const LENGTH_MIN = 10;
const LENGTH_MAX = 200;
const ALLOWED = `${LENGTH_MIN} to ${LENGTH_MAX} characters, such as four words that do not belong together`;

/** Of what everybody tries first, what is long enough; those with other letters or digits at the end fall with them. */
const COMMON = [
  "password",
  "passw0rd",
  "qwertyuiop",
  "qwertyuiop[]",
  "qwerty",
  "qwertz",
  "asdfghjkl",
  "1q2w3e4r5t6y",
  "1qaz2wsx3edc",
  "zaq12wsx",
  "zaq1@wsx",
  "iloveyou",
  "welcome",
  "letmein",
  "changeme",
  "administrator",
  "admin",
  "goniec",
  "haslo",
  "mojehaslo",
  "polska",
  "secret",
  "abcdefghij",
  "0123456789",
  "1234567890",
  "9876543210",
];
const COMMON_ENDING_MAX = 6;

/**
 * The password in the one form in which it is hashed (NFKC, as NIST SP 800-63B 5.1.1.2 asks: two keyboards may write the same letter
 * differently). Refused with the reason when it is too short, too long, the person's own e-mail, or one that everybody tries first.
 */
export function acceptPassword(text: string, email: string, field = "password"): Result<string> {
  const password = normalPassword(text);
  const message = weakness(password, email.toLowerCase());
  // The value is not repeated: it may be nearly the password that is used in the end.
  return message === undefined ? ok(password) : fail({ field, value: "", message, allowed: ALLOWED });
}

/** The form in which a password is hashed. */
export const normalPassword = (text: string): string => text.normalize("NFKC");

function weakness(password: string, email: string): string | undefined {
  // Code points, as NIST counts: nobody is to be asked for more because of a script or an emoji.
  const { length } = Array.from(password);
  if (length < LENGTH_MIN) return `is too short: it has ${length} characters`;
  if (length > LENGTH_MAX) return `is too long: it has ${length} characters`;
  const lower = password.toLowerCase();
  if (lower === email || lower === email.split("@")[0]) return "is the e-mail address";
  if (new Set(lower).size <= 2) return "is nearly the same character all along";
  return isCommon(lower) ? "is one of the passwords that are tried first" : undefined;
}

function isCommon(lower: string): boolean {
  return COMMON.some((common) => {
    if (!lower.startsWith(common)) return false;
    const ending = lower.slice(common.length);
    return ending.length <= COMMON_ENDING_MAX && /^[\d!@#$%^&*.?_+=-]*$/.test(ending);
  });
}
