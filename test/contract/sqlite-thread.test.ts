import { openSqliteFile } from "./sqlite-file.ts";
import { describeStore } from "./store-suite.ts";

const ENTRY = new URL("../../dist/storage/sqlite-thread-entry.js", import.meta.url);

describeStore("SQLite, written in a thread,", false, () => openSqliteFile(undefined, ENTRY));
