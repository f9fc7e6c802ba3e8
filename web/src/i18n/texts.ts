import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";
import pl from "./pl.json";

export const LANGUAGES = ["en", "pl"] as const;
export type Language = (typeof LANGUAGES)[number];

const STORED = "goniec-language";

/** The chosen language, else the first of the browser's that we speak, else English. */
function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages];
  for (const tag of wanted) {
    const language = LANGUAGES.find((one) => tag?.toLowerCase().startsWith(one));
    if (language !== undefined) return language;
  }
  return "en";
}

export async function startTexts(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: preferredLanguage(),
    fallbackLng: false,
    defaultNS: "common",
    resources: { en: { common: en }, pl: { common: pl } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  for (const [namespace, texts] of early) addTexts(namespace, texts);
  tellBrowser();
  i18next.on("languageChanged", tellBrowser);
  return i18next;
}

type Texts = Readonly<Record<Language, object>>;

/** What was loaded with the page's entry, and so before i18next could take it. */
const early: [namespace: string, texts: Texts][] = [];

/** The texts of a feature, which come with its code; each feature calls this where it is loaded. */
export function addTexts(namespace: string, texts: Texts): void {
  if (!i18next.isInitialized) early.push([namespace, texts]);
  else for (const language of LANGUAGES) i18next.addResourceBundle(language, namespace, texts[language], true, true);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await i18next.changeLanguage(language);
}

/** The city after which a zone is named, as people call it; the zone's own name for it where it needs no other. */
export function cityText(city: string): string {
  return i18next.t(`city.${city}`, { ns: "common", defaultValue: city.replaceAll("_", " ") });
}

/** What is formatted for people (dates, numbers) goes by this. */
export function currentLanguage(): Language {
  return LANGUAGES.find((one) => one === i18next.language) ?? "en";
}

function tellBrowser(): void {
  document.documentElement.lang = currentLanguage();
}
