import { compileTemplate } from "../domain/template.ts";
import { bodyFromFile } from "../mail/body-format.ts";
import type { CampaignOrder } from "./send-order.ts";

const SUBJECT = "{{ firstName }}, a coffee in {{ city }}?";
const BODY = `Dear {{ firstName }},

the goniec used to be a rider who carried letters from town to town, and **each letter once**.
This one comes from {{ city | default: "far away" }} over a mail server that lives in your terminal.

Zażółć gęślą jaźń,
the demo
`;

const SENDERS = ["Anna", "Jan", "Ola"];
const FIRST_NAMES = ["Ewa", "Piotr", "Zofia", "Łukasz", "Hanna", "Michał", "Grażyna", "Paweł", "Żaneta", "Stanisław"];
const CITIES = ["Kraków", "Łódź", "Gdańsk", "Poznań", "Wrocław", "Toruń", "Białystok"];

export interface DemoChoice {
  readonly leads: number;
  readonly delayMs: number;
}

/** A campaign over three mailboxes whose server listens on `port` of this machine. */
export function demoOrder({ leads, delayMs }: DemoChoice, port: number): CampaignOrder {
  const body = bodyFromFile("demo.md", BODY);
  if (!body.ok) throw new Error(body.error.message);
  const template = compileTemplate({ subject: SUBJECT, ...body.value });
  if (!template.ok) throw new Error(template.error.message);
  return {
    name: "demo",
    leads: Array.from({ length: leads }, (_, index) => demoLead(index)),
    mailboxes: SENDERS.map((name) => {
      const user = name.toLowerCase();
      return { name, address: `${user}@demo.test`, host: "127.0.0.1", port, security: "none", login: { user, password: "demo" } };
    }),
    message: { subject: SUBJECT, ...body.value, attachments: [] },
    template: template.value,
    changes: { delayMs, perDayMax: "none" },
  };
}

function demoLead(index: number) {
  const firstName = FIRST_NAMES[index % FIRST_NAMES.length] ?? "";
  const city = CITIES[index % CITIES.length] ?? "";
  return { address: `${plainLetters(firstName)}.${index + 1}@example.test`, fields: { firstName, city } };
}

function plainLetters(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L")
    .toLowerCase();
}
