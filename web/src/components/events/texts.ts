import { addTexts } from "../../i18n/texts.ts";
import en from "./en.json";
import pl from "./pl.json";

addTexts("events", { en, pl });
