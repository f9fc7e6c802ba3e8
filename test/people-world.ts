import type { Instant } from "../src/domain/instant.ts";
import { addUser, type People } from "../src/operation/people.ts";
import { passingBox, type SecretBox } from "../src/storage/secrets.ts";
import type { User } from "../src/storage/users.ts";
import { openPostgresDatabase } from "./contract/postgres-database.ts";
import { openSqliteFile } from "./contract/sqlite-file.ts";
import type { Connection, StoreUnderTest } from "./contract/store-world.ts";

export const PASSWORD = "correct horse battery";

/** Each kind of database, for tests of what concerns both. */
export const databaseKinds = (postgresUrl: () => string): readonly [string, () => Promise<StoreUnderTest>][] => [
  ["a SQLite file", () => openSqliteFile()],
  ["PostgreSQL", () => openPostgresDatabase(postgresUrl())],
];

/** Two processes of one installation, whose clock the test sets. */
export class PeopleWorld {
  readonly one: People & { readonly secrets: SecretBox };
  readonly two: People & { readonly secrets: SecretBox };
  readonly #under: StoreUnderTest;
  #now: Instant;
  #chance = 0;

  private constructor(under: StoreUnderTest, connections: readonly [Connection, Connection]) {
    this.#under = under;
    this.#now = under.clock.now();
    const secrets = passingBox(new Uint8Array(32).fill(1));
    const { monotonicMs, setTimer } = under.clock;
    const clock = { monotonicMs, setTimer, now: () => this.#now };
    const chance = { bytes: (count: number): Uint8Array => new Uint8Array(count).fill((this.#chance += 1)) };
    const partsOf = ({ reader, write }: Connection) => ({
      reader,
      clock,
      chance,
      secrets,
      write: <T>(work: Parameters<People["write"]>[0]) => write((trx) => work(trx, this.#now)) as Promise<T>,
    });
    [this.one, this.two] = [partsOf(connections[0]), partsOf(connections[1])];
  }

  static async open(open: () => Promise<StoreUnderTest>): Promise<PeopleWorld> {
    const under = await open();
    return new PeopleWorld(under, [await under.connect(), await under.connect()]);
  }

  get now(): Instant {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  async user(email: string, role: User["role"] = "owner"): Promise<User> {
    const added = await addUser(this.one, { email, role, password: PASSWORD }, "command line");
    if (!added.ok) throw new Error(added.error.message);
    return added.value;
  }

  /** The history, without what the tests of other things look at. */
  async events(): Promise<{ kind: string; actor: string; data: unknown }[]> {
    const rows = await this.one.reader.selectFrom("Event").select(["kind", "actor", "data"]).orderBy("id").execute();
    return rows.map(({ kind, actor, data }) => ({ kind, actor, data: JSON.parse(data ?? "null") as unknown }));
  }

  /** Everything is gone that a test has made. */
  async empty(): Promise<void> {
    const tables = ["Session", "ApiToken", "User", "SignInTry", "Event", "Setting"] as const;
    await this.one.write(async (trx) => {
      for (const table of tables) await trx.deleteFrom(table).execute();
    });
  }

  close(): Promise<void> {
    return this.#under.close(false);
  }
}
