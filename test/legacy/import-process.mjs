// `goniec import-legacy` of the built program in a process of its own: the file, then the database. Killed from outside.
import { run } from "../../dist/cli/run.js";

process.exitCode = await run(["import-legacy", process.argv[2], "--database", process.argv[3]]);
