import { expect, it } from "vitest";
import { dateIn } from "./mail-date.ts";

it.each([
  ["mail.acme.test ESMTP Exim 4.97 Wed, 05 Nov 2025 09:00:00 +0100", "2025-11-05T08:00:00.000Z"],
  ["mx.acme.test Microsoft ESMTP MAIL Service ready at Wed, 5 Nov 2025 08:00:00 +0000", "2025-11-05T08:00:00.000Z"],
  ["ready 5 Nov 2025 08:00 GMT", "2025-11-05T08:00:00.000Z"],
])("the date in a greeting is read: %s", (text, expected) => {
  expect(dateIn(text)).toBe(Date.parse(expected));
});

it.each(["mail.acme.test ESMTP Postfix", "ESMTP 2025-11-05", "05 Xyz 2025 09:00:00 +0100"])("no date is found in: %s", (text) => {
  expect(dateIn(text)).toBeUndefined();
});
