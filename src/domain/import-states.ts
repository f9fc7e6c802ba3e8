/**
 * The life of a lead file: uploaded, then its columns are mapped and tried out (`checking` reads the whole file and changes nothing), then its
 * leads are brought in. `failed` keeps the reason; `cancelled` is a person's word. Leads that are in stay in.
 */
export const IMPORT_STATES = ["uploaded", "checking", "checked", "importing", "done", "failed", "cancelled"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];
