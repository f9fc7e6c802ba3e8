/** Where a mailbox's password goes. */
export interface PasswordTarget {
  readonly host: string;
  readonly security: "tls" | "starttls" | "opportunistic" | "none";
  readonly user?: string | undefined;
}

/**
 * Whether a stored password may be used for a changed account without being given again. Else whoever may edit a mailbox could have its
 * password sent to a server of their own, and read it there.
 */
export function mayKeepPassword(before: PasswordTarget, after: PasswordTarget): boolean {
  const isSame = before.host.toLowerCase() === after.host.toLowerCase() && before.user === after.user;
  return isSame && (before.security === after.security || after.security === "tls" || after.security === "starttls");
}
