export interface Script {
  readonly file: string;
  readonly gzipBytes: number;
}

export const FIRST_VIEW_MAX_BYTES: number;
export const FIRST_VIEWS: Readonly<Record<"sign-in" | "overview", readonly string[]>>;
export function scriptsOf(folder: string, sources: readonly string[]): Script[];
export function weightOf(scripts: readonly Script[]): number;
