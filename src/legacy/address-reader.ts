import { normalizeAddress, type NormalAddress } from "../domain/address.ts";
import type { Result } from "../domain/result.ts";

/** Reads addresses, each text once: a lead's stands in its own row, its place, the queue and the log. */
export class AddressReader {
  readonly #known = new Map<string, Result<NormalAddress>>();

  read(text: string): Result<NormalAddress> {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const address = normalizeAddress(text);
    this.#known.set(text, address);
    return address;
  }
}
