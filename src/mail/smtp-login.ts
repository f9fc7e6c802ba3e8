import type SMTPConnection from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import type { MailboxLogin } from "./smtp-mailbox.ts";

/** A mailbox's login as the SMTP library wants it: it picks PLAIN, LOGIN or CRAM-MD5 by what the server offers, or XOAUTH2. */
export function libraryLogin(auth: MailboxLogin): Parameters<SMTPConnection["login"]>[0] {
  if (auth.kind === "password") return { user: auth.user, pass: auth.password };
  const provisionCallback = (_user: string, _renew: boolean, done: TokenReady): void => void provide(auth.accessToken, done);
  return { user: auth.user, oauth2: new XOAuth2({ user: auth.user, provisionCallback }) };
}

type TokenReady = (error: Error | null, token?: string) => void;

async function provide(accessToken: () => Promise<string>, done: TokenReady): Promise<void> {
  let token: string;
  try {
    token = await accessToken();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done(null, token);
}
