import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queries } from "../api/queries.ts";
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

export const router = createRouter({
  routeTree: root.addChildren([signIn, setUp, signedIn.addChildren([overview])]),
  defaultPreload: "intent",
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
