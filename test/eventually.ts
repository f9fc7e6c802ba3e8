const PAUSE_MS = 10;

/** Waits for a fact that another process or a real server brings about. The one place in the tests that polls; it is bounded. */
export async function eventually(fact: () => boolean | Promise<boolean>, what: string, withinMs = 60_000): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    if (await fact()) return;
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  throw new Error(`did not come about within ${withinMs} ms: ${what}`);
}
