import { inject } from "vitest";
import { openPostgresDatabase } from "./postgres-database.ts";
import { describeStore } from "./store-suite.ts";

describeStore("PostgreSQL", true, () => openPostgresDatabase(inject("postgresUrl")));
