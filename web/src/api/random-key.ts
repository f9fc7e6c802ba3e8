const BYTES = 16;

/** Names a thing that has no id yet. Browsers have `randomUUID` only under https, and a team's own server often has none. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
