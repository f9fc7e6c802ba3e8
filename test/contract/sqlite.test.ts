import { openSqliteFile } from "./sqlite-file.ts";
import { describeStore } from "./store-suite.ts";

describeStore("SQLite", false, () => openSqliteFile());
