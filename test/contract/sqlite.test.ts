import { openSqliteFile } from "./sqlite-file.ts";
import { describeStore } from "./store-suite.ts";

describeStore("SQLite", false, () => openSqliteFile());
describeStore("SQLite, with shared flushes as an engine uses it,", false, () => openSqliteFile(undefined, true));
