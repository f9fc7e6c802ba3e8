import type { SingleMailer } from "../engine/ports.ts";
import type { SendNotice } from "./alert-mail.ts";
import type { SessionParts } from "./mailbox-session.ts";
import { sendSingleMail } from "./single-mail.ts";

/** Sends notices like every mail of a mailbox: with its session, its day's allowance, and an entry in the ledger. */
export function noticesBySingleMail(parts: SessionParts, createMailer: () => Promise<SingleMailer>): SendNotice {
  return async (notice, signal) => {
    const sent = await sendSingleMail({ ...parts, mailer: await createMailer() }, { purpose: "alert", ...notice }, signal);
    if (!sent.ok) return { mayHaveLeft: false, words: sent.error.message };
    return { mayHaveLeft: sent.value.state !== "rejected", words: sent.value.summary };
  };
}
