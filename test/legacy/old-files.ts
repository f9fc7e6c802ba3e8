import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import type { OldPicture } from "../../src/legacy/old-picture.ts";
import {
  type BuiltCampaign,
  buildOldDatabase,
  LAST_SENT_AT,
  type OldContents,
  OldDatabase,
  type OldDatabaseShape,
} from "./old-database-builder.ts";

/** Soon after the last mail of the databases that are built. */
const READING = { now: LAST_SENT_AT + 60_000, zone: "Europe/Warsaw", busyWaitMs: 50 };

/** Databases of older senders in a folder of their own, and what is read of them. */
export class OldFiles {
  readonly folder: string;
  #files = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<OldFiles> {
    return new OldFiles(await mkdtemp(join(tmpdir(), "goniec-old-")));
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  newPath(): string {
    this.#files += 1;
    return join(this.folder, `${this.#files}.db`);
  }

  async picture(path: string): Promise<OldPicture> {
    const picture = await readOldDatabase(path, READING);
    if (!picture.ok) throw new Error(picture.error.message);
    return picture.value;
  }

  /** Why the file is refused; empty when it is not. */
  async problem(path: string): Promise<string> {
    const read = await readOldDatabase(path, READING);
    return read.ok ? "" : read.error.message;
  }

  /** A database filled by hand. */
  async filled(fill: (database: OldDatabase) => void, shape?: OldDatabaseShape): Promise<OldPicture> {
    const database = await OldDatabase.create(this.newPath(), shape);
    database.together(() => fill(database));
    database.close();
    return this.picture(database.path);
  }

  async built(contents: OldContents): Promise<{ campaign: BuiltCampaign; picture: OldPicture; password: string }> {
    const { path, campaigns, password } = await buildOldDatabase(this.newPath(), contents);
    const [campaign] = campaigns;
    if (campaign === undefined) throw new Error("no campaign was built");
    return { campaign, picture: await this.picture(path), password };
  }
}

export const kinds = ({ remarks }: OldPicture): string[] => remarks.map(({ kind }) => kind);
