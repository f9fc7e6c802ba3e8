import { say } from "../domain/phrase.ts";
/** How headers are known to name a field: English and Polish, as `nameKey` writes them, the best first. */
const FIELD_NAMES: readonly (readonly [field: string, names: string])[] = [
  ["firstName", "firstname first givenname forename imie"],
  ["lastName", "lastname last surname familyname nazwisko"],
  ["name", "name fullname contactname imieinazwisko imienazwisko nazwiskoiimie nazwiskoimie osoba osobakontaktowa"],
  ["company", "company companyname organization organisation organizationname accountname firma nazwafirmy organizacja spolka"],
  ["title", "title jobtitle position stanowisko role rola funkcja"],
  ["language", "language lang jezyk"],
  ["phone", "phone phonenumber telephone telefon numertelefonu nrtelefonu tel mobile mobilephone komorka"],
  ["city", "city town miasto miejscowosc"],
  ["country", "country kraj panstwo"],
  ["website", "website www url web stronawww stronainternetowa strona"],
  ["priority", "priority priorytet"],
];

const ADDRESS_NAMES = new Set(
  (
    "email mail emailaddress mailaddress primaryemail workemail businessemail contactemail email1value " +
    "adresemail adresmail adresmailowy adrespocztyelektronicznej poczta pocztaelektroniczna emailsluzbowy emailkontaktowy"
  ).split(" "),
);

/** Names that stand for a street as often as for a mailbox; the values decide. */
const MAYBE_ADDRESS_NAMES = new Set(["adres", "address"]);

const RANKED_FIELDS = new Map(
  FIELD_NAMES.flatMap(([field, names]) => names.split(" ").map((name, rank) => [name, { field, rank }] as const)),
);

/** What a person is told about naming the address column. */
export const ADDRESS_COLUMN_ALLOWED = say("allowed-address-column");

/** A header as it is compared: `E-mail`, ` e mail ` and `EMAIL` are one, `Imię` is `imie`. */
const nameKey = (header: string): string => words(header).join("").toLowerCase();

/** Whether a header names the lead's address for certain, perhaps (`adres` may be a street), or not. */
export function namesAddress(header: string): "yes" | "maybe" | "no" {
  const key = nameKey(header);
  return ADDRESS_NAMES.has(key) ? "yes" : MAYBE_ADDRESS_NAMES.has(key) ? "maybe" : "no";
}

/** The field that a header is a known name of, and how good a name it is (0 is the best). */
export function knownField(header: string): { readonly field: string; readonly rank: number } | undefined {
  return RANKED_FIELDS.get(nameKey(header));
}

/**
 * The field name of any other header, fit for a template: `Data spotkania` becomes `dataSpotkania`, `NIP` becomes
 * `nip`, `2025 revenue` becomes `_2025Revenue`. Empty when the header has neither letters nor digits.
 */
export function squeezedName(header: string): string {
  const name = words(header)
    .map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word))
    .map((word, index) => changeFirst(word, index === 0 ? "toLowerCase" : "toUpperCase"))
    .join("");
  return /^\p{N}/u.test(name) ? `_${name}` : name;
}

const changeFirst = (word: string, change: "toLowerCase" | "toUpperCase"): string => word.charAt(0)[change]() + word.slice(1);

/** Letters lose their accents because people type field names into templates by hand. */
function words(header: string): string[] {
  const plain = header.replaceAll("ł", "l").replaceAll("Ł", "L").normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
