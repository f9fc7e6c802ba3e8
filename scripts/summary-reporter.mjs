/** Ends the run with one plain line for machines: `123 passed, 0 failed`. */
export default class SummaryReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state) => tests.filter((test) => test.result().state === state).length;
    // A file that does not load, a hook that throws and a stray rejection fail the run too, without a failed test.
    const brokenModules = modules.filter((module) => module.state() === "failed" && hasNoFailedTest(module)).length;
    process.stdout.write(`\n${count("passed")} passed, ${count("failed") + brokenModules + unhandledErrors.length} failed\n`);
  }
}

function hasNoFailedTest(module) {
  return [...module.children.allTests("failed")].length === 0;
}
