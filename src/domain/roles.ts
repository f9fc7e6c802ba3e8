/** What a person may do, from most to least: all; run campaigns; look on. */
export const ROLES = ["owner", "operator", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` allows what needs `least`. */
export function allows(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(least);
}

/** What an API token may be good for, beside the role of the person whose it is. */
export const SCOPES = [
  "campaigns:read",
  "campaigns:write",
  "leads:read",
  "leads:write",
  "mailboxes:read",
  "mailboxes:write",
  "log:read",
  "settings:read",
  "settings:write",
  "users:write",
] as const;
export type Scope = (typeof SCOPES)[number];
