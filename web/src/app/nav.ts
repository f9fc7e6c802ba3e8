import type { ReactNode } from "react";
import {
  CampaignsIcon,
  InboxIcon,
  LeadsIcon,
  MailboxesIcon,
  MovingIcon,
  OutboxIcon,
  OverviewIcon,
  SettingsIcon,
} from "./icons.tsx";

interface NavItem {
  readonly to: string;
  /** A key of the common texts. */
  readonly text: `nav.${string}`;
  readonly icon: () => ReactNode;
  /** Shown only where the server has this. */
  readonly needs?: "inbox" | "older-sender";
}

export const NAV: readonly NavItem[] = [
  { to: "/", text: "nav.overview", icon: OverviewIcon },
  { to: "/campaigns", text: "nav.campaigns", icon: CampaignsIcon },
  { to: "/outbox", text: "nav.outbox", icon: OutboxIcon },
  { to: "/leads", text: "nav.leads", icon: LeadsIcon },
  { to: "/mailboxes", text: "nav.mailboxes", icon: MailboxesIcon },
  { to: "/moving", text: "nav.moving", icon: MovingIcon, needs: "older-sender" },
  { to: "/settings", text: "nav.settings", icon: SettingsIcon },
  { to: "/inbox", text: "nav.inbox", icon: InboxIcon, needs: "inbox" },
];
