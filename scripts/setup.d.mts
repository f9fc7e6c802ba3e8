export interface Steps {
  readonly install: (root: string) => Promise<void>;
  readonly build: (root: string, outFolder: string) => Promise<void>;
}
export function setUp(root?: string, steps?: Steps): Promise<void>;
export function setUpOrExit(): Promise<void>;
export function refuseOldNode(version: string): void;
