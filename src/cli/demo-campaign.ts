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

const SENDERS = ["Anna", "Jan", "Ola"] as const;
export type DemoSender = string;
const FIRST_NAMES = ["Ewa", "Piotr", "Zofia", "Łukasz", "Hanna", "Michał", "Grażyna", "Paweł", "Żaneta", "Stanisław"];
const CITIES = ["Kraków", "Łódź", "Gdańsk", "Poznań", "Wrocław", "Toruń", "Białystok"];

export interface DemoChoice {
  readonly leads: number;
  readonly delayMs: number;
}

interface DemoCampaign {
  readonly name: string;
  readonly leads: number;
  /** Numbers the leads from here on, so that two campaigns write to different people. */
  readonly firstLead: number;
  readonly senders: readonly DemoSender[];
}

/** The demo's own campaign, over three mailboxes whose server listens on `port` of this machine. */
export function mainDemoOrder({ leads, delayMs }: DemoChoice, port: number): CampaignOrder {
  const order = demoOrder({ name: "demo", leads, firstLead: 1, senders: SENDERS }, port);
  return { ...order, changes: { delayMs, perDayMax: "none" } };
}

export function demoOrder({ name, leads, firstLead, senders }: DemoCampaign, port: number): CampaignOrder {
  const body = bodyFromFile("demo.md", BODY);
  if (!body.ok) throw new Error(body.error.message);
  const template = compileTemplate({ subject: SUBJECT, ...body.value });
  if (!template.ok) throw new Error(template.error.message);
  return {
    name,
    leads: Array.from({ length: leads }, (_, index) => demoLead(firstLead + index)),
    mailboxes: senders.map((sender) => {
      const user = sender.toLowerCase();
      return {
        name: sender,
        address: `${user}@demo.test`,
        host: "127.0.0.1",
        port,
        security: "none",
        login: { user, password: "demo" },
      };
    }),
    message: { subject: SUBJECT, ...body.value, attachments: [] },
    template: template.value,
    changes: {},
  };
}

function demoLead(number: number) {
  const firstName = FIRST_NAMES[(number - 1) % FIRST_NAMES.length] ?? "";
  const city = CITIES[(number - 1) % CITIES.length] ?? "";
  return { address: `${plainLetters(firstName)}.${number}@example.test`, fields: { firstName, city } };
}

function plainLetters(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L")
    .toLowerCase();
}
