import type { Routes } from "./api.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { campaignCheckRoutes } from "./routes/campaign-checks.ts";
import { campaignCopyRoutes } from "./routes/campaign-copies.ts";
import { campaignExplainRoutes } from "./routes/campaign-explain.ts";
import { campaignForecastRoutes } from "./routes/campaign-forecasts.ts";
import { campaignLeadRoutes } from "./routes/campaign-leads.ts";
import { campaignMessageRoutes } from "./routes/campaign-messages.ts";
import { campaignPlanRoutes } from "./routes/campaign-plan.ts";
import { campaignShadowRoutes } from "./routes/campaign-shadow.ts";
import { campaignRoutes } from "./routes/campaigns.ts";
import { historyRoutes } from "./routes/history.ts";
import { leadRoutes } from "./routes/leads.ts";
import { liveRoutes } from "./routes/live.ts";
import { importRoutes } from "./routes/imports.ts";
import { inboxRoutes } from "./routes/inbox.ts";
import { migrationRoutes } from "./routes/migration.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { mailboxRoutes } from "./routes/mailboxes.ts";
import { outboxRoutes } from "./routes/outbox.ts";
import { sendLogRoutes } from "./routes/send-log.ts";
import { unconfirmedRoutes } from "./routes/unconfirmed.ts";
import { peopleRoutes } from "./routes/people.ts";
import { sessionRoutes } from "./routes/session.ts";
import { suppressionRoutes } from "./routes/suppressions.ts";
import { systemRoutes } from "./routes/system.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { testMailRoutes } from "./routes/test-mails.ts";

/** Every group of routes under /api/v1, in the order in which the description lists them. */
export const API_ROUTES: readonly Routes[] = [
  sessionRoutes,
  peopleRoutes,
  overviewRoutes,
  campaignRoutes,
  campaignMessageRoutes,
  campaignCopyRoutes,
  campaignCheckRoutes,
  campaignExplainRoutes,
  campaignForecastRoutes,
  campaignPlanRoutes,
  campaignLeadRoutes,
  campaignShadowRoutes,
  migrationRoutes,
  leadRoutes,
  importRoutes,
  suppressionRoutes,
  mailboxRoutes,
  testMailRoutes,
  outboxRoutes,
  sendLogRoutes,
  unconfirmedRoutes,
  historyRoutes,
  systemRoutes,
  inboxRoutes,
  liveRoutes,
  settingsRoutes,
  alertRoutes,
];
