import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queries } from "../api/queries.ts";
import { listFilter } from "../api/list-filter.ts";
import { logFilter } from "../api/log-filter.ts";
import { BrokenPage, MissingPage } from "./lost-pages.tsx";
import { sessionQuery } from "./session.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ notFoundComponent: MissingPage, errorComponent: BrokenPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { readonly to?: string } =>
    isOwnPath(search["to"]) ? { to: search["to"] } : {},
  component: lazyRouteComponent(() => import("../features/sign-in/sign-in-page.tsx"), "SignInPage"),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  component: lazyRouteComponent(() => import("../features/sign-in/set-up-page.tsx"), "SetUpPage"),
});

/** Everything but signing in: whoever is not signed in goes there first, and comes back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queries.query({ ...sessionQuery, staleTime: "static" });
    if (session === null) redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href }, throw: true });
  },
});

const overview = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("../features/overview/overview-page.tsx"), "OverviewPage"),
});

const campaigns = createRoute({
  getParentRoute: () => signedIn,
  path: "/campaigns",
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import("../features/campaigns/campaigns-page.tsx"), "CampaignsPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => signedIn,
  path: "/campaigns/new",
  validateSearch: ({ draft, step }: Record<string, unknown>): { readonly draft?: number; readonly step?: string } => ({
    ...(typeof draft === "number" && { draft }),
    ...(typeof step === "string" && { step }),
  }),
  component: lazyRouteComponent(() => import("../features/wizard/wizard-page.tsx"), "WizardPage"),
});

const campaign = createRoute({
  getParentRoute: () => signedIn,
  path: "/campaigns/$campaignId",
  component: lazyRouteComponent(() => import("../features/campaign/campaign-page.tsx"), "CampaignPage"),
});

const campaignNow = createRoute({
  getParentRoute: () => campaign,
  path: "/",
  component: lazyRouteComponent(() => import("../features/campaign/now-tab.tsx"), "NowTab"),
});

const campaignLeads = createRoute({
  getParentRoute: () => campaign,
  path: "/leads",
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import("../features/campaign/leads-tab.tsx"), "LeadsTab"),
});

const campaignPlan = createRoute({
  getParentRoute: () => campaign,
  path: "/plan",
  component: lazyRouteComponent(() => import("../features/plan/plan-tab.tsx"), "PlanTab"),
});

const campaignMessage = createRoute({
  getParentRoute: () => campaign,
  path: "/message",
  component: lazyRouteComponent(() => import("../features/campaign/message-tab.tsx"), "MessageTab"),
});

const campaignSettings = createRoute({
  getParentRoute: () => campaign,
  path: "/settings",
  component: lazyRouteComponent(() => import("../features/campaign/settings-tab.tsx"), "SettingsTab"),
});

const campaignHistory = createRoute({
  getParentRoute: () => campaign,
  path: "/history",
  component: lazyRouteComponent(() => import("../features/campaign/history-tab.tsx"), "HistoryTab"),
});

const leads = createRoute({
  getParentRoute: () => signedIn,
  path: "/leads",
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import("../features/leads/leads-page.tsx"), "LeadsPage"),
});

const lead = createRoute({
  getParentRoute: () => signedIn,
  path: "/leads/$leadId",
  component: lazyRouteComponent(() => import("../features/lead/lead-page.tsx"), "LeadPage"),
});

const outbox = createRoute({
  getParentRoute: () => signedIn,
  path: "/outbox",
  component: lazyRouteComponent(() => import("../features/outbox/outbox-page.tsx"), "OutboxPage"),
});

const outboxNext = createRoute({
  getParentRoute: () => outbox,
  path: "/",
  component: lazyRouteComponent(() => import("../features/outbox/next-tab.tsx"), "NextTab"),
});

const outboxLog = createRoute({
  getParentRoute: () => outbox,
  path: "/log",
  validateSearch: logFilter,
  component: lazyRouteComponent(() => import("../features/outbox/log-tab.tsx"), "LogTab"),
});

const outboxUnconfirmed = createRoute({
  getParentRoute: () => outbox,
  path: "/unconfirmed",
  component: lazyRouteComponent(() => import("../features/outbox/unconfirmed-tab.tsx"), "UnconfirmedTab"),
});

const mailboxes = createRoute({
  getParentRoute: () => signedIn,
  path: "/mailboxes",
  component: lazyRouteComponent(() => import("../features/mailboxes/mailboxes-page.tsx"), "MailboxesPage"),
});

const moving = createRoute({
  getParentRoute: () => signedIn,
  path: "/moving",
  component: lazyRouteComponent(() => import("../features/moving/moving-page.tsx"), "MovingPage"),
});

const movingCampaign = createRoute({
  getParentRoute: () => signedIn,
  path: "/moving/$campaignId",
  component: lazyRouteComponent(() => import("../features/moving/moving-campaign-page.tsx"), "MovingCampaignPage"),
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyRouteComponent(() => import("../features/settings/settings-page.tsx"), "SettingsPage"),
});

const settingsDefaults = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: lazyRouteComponent(() => import("../features/settings/defaults-tab.tsx"), "DefaultsTab"),
});

const settingsUsers = createRoute({
  getParentRoute: () => settings,
  path: "/users",
  component: lazyRouteComponent(() => import("../features/settings/users-tab.tsx"), "UsersTab"),
});

const settingsTokens = createRoute({
  getParentRoute: () => settings,
  path: "/tokens",
  component: lazyRouteComponent(() => import("../features/settings/tokens-tab.tsx"), "TokensTab"),
});

const settingsSuppression = createRoute({
  getParentRoute: () => settings,
  path: "/suppression",
  component: lazyRouteComponent(() => import("../features/settings/suppression-tab.tsx"), "SuppressionTab"),
});

const settingsSystem = createRoute({
  getParentRoute: () => settings,
  path: "/system",
  component: lazyRouteComponent(() => import("../features/settings/system-tab.tsx"), "SystemTab"),
});

const inbox = createRoute({
  getParentRoute: () => signedIn,
  path: "/inbox",
  validateSearch: (search: Record<string, unknown>): { readonly mail?: number } =>
    typeof search["mail"] === "number" ? { mail: search["mail"] } : {},
  component: lazyRouteComponent(() => import("../features/inbox/inbox-page.tsx"), "InboxPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    signedIn.addChildren([
      overview,
      campaigns,
      newCampaign,
      campaign.addChildren([campaignNow, campaignLeads, campaignPlan, campaignMessage, campaignSettings, campaignHistory]),
      leads,
      lead,
      outbox.addChildren([outboxNext, outboxLog, outboxUnconfirmed]),
      mailboxes,
      moving,
      movingCampaign,
      settings.addChildren([settingsDefaults, settingsUsers, settingsTokens, settingsSuppression, settingsSystem]),
      inbox,
    ]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: BrokenPage,
  scrollRestoration: true,
});

/** Only a path of this page: a link must not lead a person who signs in to another site. */
function isOwnPath(to: unknown): to is string {
  return typeof to === "string" && /^\/(?!\/)/.test(to);
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
