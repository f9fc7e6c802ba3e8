import { CompiledQuery, type Kysely, sql } from "kysely";
import type { Database } from "../../src/storage/schema.ts";
import type { Statement } from "./recorder.ts";

/** How a plan reads a table that grows. */
export interface Access {
  readonly table: string;
  /** By its PostgreSQL name, or BY_ID; undefined when the table itself is read from end to end. */
  readonly index?: string;
  /** All of the table, or all of the index, and not only what a condition picks. */
  readonly isWhole: boolean;
}

export interface Plan {
  /** Of tables that grow. */
  readonly accesses: readonly Access[];
  /** Sorts more than it returns. */
  readonly sortsTooMuch: boolean;
  /** Rows that were read of these tables, when the statement was also executed. */
  readonly rowsRead?: number;
  /** As the database words it, for the message of a failure. */
  readonly text: string;
}

/** The rest is as small as the number of mailboxes and workers, and may be read as the database likes. */
const GROWING: readonly string[] = [
  ...["Lead", "Suppression", "Campaign", "Message", "CampaignMailbox", "CampaignLead", "CampaignEmailQueue", "SendLog"],
  ...["DailyUsage", "Event"],
];

/** The index of a single row that is asked for by its id. */
export const BY_ID = "id";

/** More rows than any page has. */
const SORTED_MAX = 1_000;

/** The indexes that UNIQUE and PRIMARY KEY make have names of their own in each database. */
const SQLITE_NAMES: Readonly<Record<string, string>> = {
  sqlite_autoindex_Campaign_1: "Campaign_name_key",
  sqlite_autoindex_CampaignEmailQueue_1: "CampaignEmailQueue_campaignId_leadId_step_key",
  sqlite_autoindex_CampaignLead_1: "CampaignLead_campaignId_leadId_key",
  sqlite_autoindex_CampaignMailbox_1: "CampaignMailbox_pkey",
  sqlite_autoindex_DailyUsage_1: "DailyUsage_pkey",
  sqlite_autoindex_Lead_1: "Lead_address_key",
  sqlite_autoindex_Suppression_1: "Suppression_pkey",
};

/** What SQLite does for the statement; with the statistics that the file has, which are none unless somebody has asked for them. */
export async function explainSqlite(db: Kysely<Database>, statement: Statement): Promise<Plan> {
  const query = CompiledQuery.raw(`EXPLAIN QUERY PLAN ${statement.sql}`, [...statement.parameters]);
  const { rows } = await db.executeQuery<{ detail: string }>(query);
  const details = rows.map(({ detail }) => detail);
  const isPage = /\blimit\b/i.test(statement.sql);
  return {
    accesses: details.flatMap((detail) => sqliteAccess(detail, statement.sql)),
    sortsTooMuch: details.some(
      (detail) => /TEMP B-TREE FOR (GROUP|DISTINCT)/.test(detail) || (isPage && detail.includes("TEMP B-TREE")),
    ),
    text: details.join("\n"),
  };
}

const SQLITE_DETAIL =
  /^(?:SCAN|SEARCH) (\S+)(?: EXISTS)?(?: USING (?:(INTEGER PRIMARY KEY)|(?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX (\S+)))?(?: \((.*)\))?(?: LEFT-JOIN)?$/;

function sqliteAccess(detail: string, text: string): Access[] {
  const [, alias, key, index, condition] = SQLITE_DETAIL.exec(detail) ?? [];
  const table = alias === undefined ? "" : tableOf(alias, text);
  if (!GROWING.includes(table)) return [];
  // "ANY(column)" walks over all values of the column.
  const isWhole = condition === undefined || condition.includes("ANY(");
  const named = key === undefined ? index : condition === "rowid=?" ? BY_ID : "a range of ids";
  return [{ table, isWhole, ...(named !== undefined && { index: SQLITE_NAMES[named] ?? named }) }];
}

function tableOf(alias: string, text: string): string {
  return new RegExp(`"(\\w+)" as "?${alias}"?(?!\\w)`, "i").exec(text)?.[1] ?? alias;
}

/** How PostgreSQL plans a named statement: for the values at hand, or once for all values. */
export type PlanMode = "force_custom_plan" | "force_generic_plan";

/** What PostgreSQL does for the statement; with `isExecuted` it is also done, and its rows are counted: the caller rolls back. */
export async function explainPostgres(
  db: Kysely<Database>,
  statement: Statement,
  mode: PlanMode,
  isExecuted = false,
): Promise<Plan> {
  await sql.raw(`SET plan_cache_mode = ${mode}`).execute(db);
  await sql.raw(`PREPARE explained AS ${statement.sql}`).execute(db);
  try {
    const values = sql.join(statement.parameters.map((value) => sql.lit(value)));
    const call = statement.parameters.length === 0 ? sql`explained` : sql`explained(${values})`;
    const options = sql.raw(isExecuted ? "ANALYZE, TIMING OFF, FORMAT JSON" : "FORMAT JSON");
    const { rows } = await sql<{ "QUERY PLAN": readonly [{ Plan: Node }] }>`EXPLAIN (${options}) EXECUTE ${call}`.execute(db);
    return postgresPlan(rows[0]?.["QUERY PLAN"][0].Plan as Node, isExecuted);
  } finally {
    await sql`DEALLOCATE explained`.execute(db);
  }
}

/** A node of PostgreSQL's plan; of an index scan of a bitmap the table stands in the node above. */
interface Node {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly "Plan Rows": number;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Node[];
}

function postgresPlan(root: Node, isExecuted: boolean): Plan {
  const nodes = nodesOf(root);
  const sorts = nodes.filter((node) => /^(Incremental )?Sort$/.test(node["Node Type"]));
  return {
    accesses: accessesUnder(root, undefined),
    sortsTooMuch: sorts.some((sort) => (sort.Plans?.[0]?.["Plan Rows"] ?? 0) > SORTED_MAX),
    ...(isExecuted && { rowsRead: nodes.reduce((sum, node) => sum + rowsReadBy(node), 0) }),
    text: nodes.map(nodeText).join("\n"),
  };
}

const nodeText = (node: Node): string =>
  [node["Node Type"], node["Index Name"], node["Relation Name"], node["Index Cond"]].filter(Boolean).join(" ");

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

function accessesUnder(node: Node, bitmapTable: string | undefined): Access[] {
  const type = node["Node Type"];
  const table = node["Relation Name"] ?? bitmapTable;
  const below = (node.Plans ?? []).flatMap((child) => accessesUnder(child, type.startsWith("Bitmap") ? table : undefined));
  if (table === undefined || !GROWING.includes(table) || !type.endsWith("Scan") || type === "Bitmap Heap Scan") return below;
  const index = node["Index Name"];
  if (index === undefined) return [{ table, isWhole: true }, ...below];
  const condition = node["Index Cond"];
  const isId = index === `${table}_pkey` && !Object.values(SQLITE_NAMES).includes(index);
  const named = !isId ? index : condition?.startsWith("(id = ") === true ? BY_ID : "a range of ids";
  return [{ table, index: named, isWhole: condition === undefined }, ...below];
}

function rowsReadBy(node: Node): number {
  if (!GROWING.includes(node["Relation Name"] ?? "") || !node["Node Type"].endsWith("Scan")) return 0;
  const each = (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  return each * (node["Actual Loops"] ?? 0);
}
