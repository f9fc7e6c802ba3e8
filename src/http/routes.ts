import type { Routes } from "./api.ts";
import { campaignCopyRoutes } from "./routes/campaign-copies.ts";
import { campaignMessageRoutes } from "./routes/campaign-messages.ts";
import { campaignRoutes } from "./routes/campaigns.ts";

/** Every group of routes under /api/v1, in the order in which the description lists them. */
export const API_ROUTES: readonly Routes[] = [campaignRoutes, campaignMessageRoutes, campaignCopyRoutes];
