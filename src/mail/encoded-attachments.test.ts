import { expect, it } from "vitest";
import { EncodedAttachments } from "./encoded-attachments.ts";

it("encodes the attachments of a message once while its mails follow each other, and holds no more than two full mails' worth", async () => {
  const loads: number[] = [];
  const attachments = new EncodedAttachments(async (messageId) => {
    loads.push(messageId);
    return [{ filename: `${messageId}.png`, contentType: "image/png", content: new Uint8Array(17_000_000) }];
  });
  await Promise.all([attachments.get(1), attachments.get(1)]);
  const fields: string[] = [];
  for (const messageId of [1, 1, 2, 1, 3, 1, 2]) fields.push((await attachments.get(messageId))[0]?.fields ?? "");
  expect(loads).toEqual([1, 2, 3, 2]);
  expect(fields.map((text) => /filename="(\d)/.exec(text)?.[1])).toEqual(["1", "1", "2", "1", "3", "1", "2"]);
});
