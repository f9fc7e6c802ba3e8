import type { AnyRoute } from "@tanstack/react-router";

const WAIT_MS = 2_000;

/** A moment in which the page has nothing else to do; not every browser can tell. */
const idle = (): Promise<void> =>
  new Promise((resume) => {
    if ("requestIdleCallback" in window) window.requestIdleCallback(() => resume(), { timeout: WAIT_MS });
    else setTimeout(resume, WAIT_MS);
  });

/**
 * Fetches the other pages' programs one by one, so that every page opens also while the server is away, and is of the version that was
 * loaded first. What cannot be fetched is asked for again when it is opened.
 */
export async function preloadPages(routes: readonly AnyRoute[]): Promise<void> {
  for (const { options } of routes) {
    const component = options.component as { readonly preload?: () => Promise<unknown> } | undefined;
    if (component?.preload === undefined) continue;
    await idle();
    await component.preload().catch(() => undefined);
  }
}
