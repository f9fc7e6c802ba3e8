/**
 * The life of a lead file. `uploading` until its last byte is in the database; `uploaded` until a person has said what its columns mean;
 * `checking` reads all of it and changes nothing; `checked` waits for a person's word; `importing` brings its leads in. `failed` keeps the
 * reason; `cancelled` is a person's word. Leads that are in stay in.
 *
 *   uploading -> uploaded -> checking -> checked -> importing -> done
 *                            checked -> checking (other columns)    checking, importing -> failed    all but the last three -> cancelled
 */
export const IMPORT_STATES = [
  "uploading",
  "uploaded",
  "checking",
  "checked",
  "importing",
  "done",
  "failed",
  "cancelled",
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** States in which the file lies in the database and a person, or a process, may still go on with it. */
export const OPEN_IMPORT_STATES = ["uploaded", "checking", "checked", "importing"] as const satisfies readonly ImportState[];
export const ENDED_IMPORT_STATES = ["done", "failed", "cancelled"] as const satisfies readonly ImportState[];

/** States in which a process works on it, without a person. */
export type WorkState = Extract<ImportState, "checking" | "importing">;
