// The mail that the throughput rows send: 5 KB of HTML with a text of its own, both with fields. Short lines of ASCII need no encoding, so
// composing costs the least that it can, and what stands around it shows the most.

const PARAGRAPH = `<p>Dear {{ firstName }}, the team of {{ company }} in {{ city }} may like
what we have put together this spring: shorter lead times, new labels,
and a delivery that says when it comes. Answer and a person reads it.</p>
`;
const ROW = `<tr><td style="padding:4px 8px">Offer for {{ company }}</td>
<td align="right">12.50</td></tr>
`;

const HTML = `<html><body style="font-family:sans-serif">\n${PARAGRAPH.repeat(18)}<table>\n${ROW.repeat(16)}</table>\n</body></html>\n`;
const TEXT = `Dear {{ firstName }},\n\n${"The team of {{ company }} in {{ city }} may like this spring.\n".repeat(20)}\nBye\n`;

export const MESSAGE = { subject: "An offer for {{ company }}, {{ firstName }}", html: HTML, text: TEXT, attachments: [] };

const COLUMNS = ["email", "firstName", "company", "city"];

/** @param {number} index from 0 */
export function leadOf(index) {
  return { email: `lead-${index}@example.test`, firstName: `Anna${index}`, company: `Acme ${index}`, city: "Poznan" };
}

/**
 * A file of leads, as rows without their end.
 *
 * @param {number} leads
 */
export function* csvLines(leads) {
  yield COLUMNS.join(",");
  for (let index = 0; index < leads; index += 1) yield Object.values(leadOf(index)).join(",");
}

/**
 * The message for one lead, filled in by replacing: whoever only sends needs no template language.
 *
 * @param {number} index
 */
export function filledIn(index) {
  const lead = leadOf(index);
  const fill = (text) => text.replace(/\{\{ (\w+) \}\}/g, (_, field) => lead[field]);
  return { to: lead.email, subject: fill(MESSAGE.subject), html: fill(MESSAGE.html), text: fill(MESSAGE.text) };
}

/** @param {number} box from 0 */
export const mailboxAddress = (box) => `box-${box}@acme.test`;
