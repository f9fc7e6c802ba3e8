import { openPostgres, type PostgresDatabase } from "./postgres.ts";

/**
 * Opens an empty schema of its own in the PostgreSQL database at `url`, in which every name is looked up and made; what is in the database
 * beside it is neither seen nor touched. Closing drops the schema with all that is in it. It is for worlds that nobody wants back, so its
 * commits are atomic but not awaited on the disk. Throws a StorageError when the server cannot be reached, or the user may make no schema.
 */
export async function openOwnSchema(url: string): Promise<PostgresDatabase> {
  const door = await openPostgres(url);
  try {
    // A connection of its own, so that the schema is dropped also when the pools are in trouble.
    const client = await door.connect();
    const schema = await makeSchema(client, door.classify);
    const database = await openPostgres(url, { ...SETTINGS, search_path: schema });
    const close = async (): Promise<void> => {
      await database.close();
      await client.query(`DROP SCHEMA "${schema}" CASCADE`);
      await client.end();
    };
    return { ...database, close };
  } finally {
    await door.close();
  }
}

/** A process that is stopped for a while goes on where it was: real time means nothing to a world whose clock stands still meanwhile. */
const SETTINGS = { synchronous_commit: "off", idle_in_transaction_session_timeout: "0" };

type Client = Awaited<ReturnType<PostgresDatabase["connect"]>>;

async function makeSchema(client: Client, classify: PostgresDatabase["classify"]): Promise<string> {
  try {
    const { rows } = await client.query<{ name: string }>(NEW_NAME);
    const name = rows[0]?.name ?? "";
    await client.query(`CREATE SCHEMA "${name}"`);
    return name;
  } catch (error) {
    await client.end();
    throw classify(error);
  }
}

/** Named by the server, so that two of them never share one. */
const NEW_NAME = "SELECT 'goniec_simulation_' || replace(gen_random_uuid()::text, '-', '_') AS name";
