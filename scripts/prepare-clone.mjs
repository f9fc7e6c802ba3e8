import { setUpOrExit } from "./setup.mjs";

await setUpOrExit();
