import type { ExitCode, Io } from "../src/cli/io.ts";

/** A command's surroundings in a test: what it printed, its exit code, and a person who can answer and press Ctrl-C. */
export interface TestIo extends Io {
  readonly out: string;
  readonly err: string;
  interrupt(): void;
}

export interface TestIoOptions {
  /** A person sits at a terminal and answers every question with this. */
  readonly answer?: boolean;
  /** What the person types where it is not shown, or what comes on standard input. */
  readonly typed?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export function testIo(options: TestIoOptions = {}): TestIo {
  const isTerminal = options.answer !== undefined;
  const typed = [...(options.typed ?? [])];
  const printed = { out: "", err: "" };
  const interrupted = new Set<() => void>();
  let exitCode: ExitCode = 0;
  return {
    stdout: (text) => void (printed.out += text),
    stderr: (text) => void (printed.err += text),
    isTerminal,
    isLogTerminal: false,
    columns: 100,
    canAsk: isTerminal,
    confirm: async () => options.answer === true,
    askSecret: async () => typed.shift(),
    readInput: async () => typed.shift() ?? "",
    environment: { GONIEC_LOG_LEVEL: "silent", ...options.environment },
    setExitCode: (code) => {
      exitCode = code;
    },
    onInterrupt(stop) {
      interrupted.add(stop);
      return () => interrupted.delete(stop);
    },
    get out() {
      return printed.out;
    },
    get err() {
      return printed.err;
    },
    get exitCode() {
      return exitCode;
    },
    interrupt: () => {
      for (const stop of interrupted) stop();
    },
  };
}
