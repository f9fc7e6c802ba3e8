import { constants } from "node:os";
import process from "node:process";
import type { ExitCode, Io } from "./io.ts";

const COLUMNS_WITHOUT_TERMINAL = 80;

/** The real process. */
export function processIo(): Io {
  // A reader that has seen enough (`goniec status | head`) closes the pipe; that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  let exitCode: ExitCode = 0;
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    isLogTerminal: process.stderr.isTTY === true,
    get columns() {
      return process.stdout.columns ?? COLUMNS_WITHOUT_TERMINAL;
    },
    canAsk: process.stdin.isTTY === true && process.stdout.isTTY === true,
    confirm: ask,
    askSecret,
    readInput,
    environment: process.env,
    setExitCode: (code) => {
      exitCode = code;
    },
    get exitCode() {
      return exitCode;
    },
    onInterrupt,
  };
}

async function ask(question: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  // What has left cannot be taken back, so only a plain yes is one: neither Enter alone nor Ctrl-C.
  return (await confirm({ message: question, initialValue: false })) === true;
}

async function askSecret(question: string): Promise<string | undefined> {
  const { password } = await import("@clack/prompts");
  // Not even stars: they would tell the length.
  const answer = await password({ message: question, mask: "" });
  return typeof answer === "string" ? answer : undefined;
}

const INPUT_LENGTH_MAX = 10_000;

async function readInput(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length >= INPUT_LENGTH_MAX) break;
  }
  return text.slice(0, INPUT_LENGTH_MAX);
}

function onInterrupt(stop: () => void): () => void {
  let isStopping = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    stop();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
