import type { AddressReader } from "./address-reader.ts";
import type { InstantReader } from "./old-instants.ts";
import type { RemarkList } from "./remark-list.ts";

/** What all rows are judged with. */
export interface Judging {
  readonly addresses: AddressReader;
  readonly instants: InstantReader;
  readonly remarks: RemarkList;
}
