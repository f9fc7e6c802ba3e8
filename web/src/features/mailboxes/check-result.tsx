import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { durationText } from "../../format/instants.ts";
import styles from "./mailboxes.module.css";

type Check = Shape<"MailboxCheck">;
type Step = Check["steps"][number];
type Guess = Check["guesses"][number];

interface CheckResultProps {
  readonly check: Check | undefined;
  readonly isPending: boolean;
  readonly problem: unknown;
  /** Puts another server into the form, where there is one. */
  readonly onGuess?: ((guess: Guess) => void) | undefined;
}

/** What came of trying an account: each step with the server's words, and what to do about the one that failed. */
export function CheckResult({ check, isPending, problem, onGuess }: CheckResultProps) {
  const { t } = useTranslation("mailboxes");
  if (isPending) return <Loading lines={6} />;
  if (problem !== null && problem !== undefined) return <ProblemNotice problem={problem} />;
  if (check === undefined) return null;
  // The recipient is asked about only where one was named; an unencrypted connection that was wanted so has no such step.
  const steps = check.steps.filter(({ step, status }) => step !== "quit" && !(step === "rcpt" && status === "skipped"));
  return (
    <div className={styles.check}>
      <Notice tone={check.ok ? "good" : "bad"}>{t(check.ok ? "check.ok" : "check.failed")}</Notice>
      <ol className={styles.steps} aria-label={t("check.steps")}>
        {steps.map((step) => (
          <StepLine key={step.step} step={step} />
        ))}
      </ol>
      {check.guesses.length > 0 && onGuess !== undefined && <Guesses guesses={check.guesses} onGuess={onGuess} />}
    </div>
  );
}

const STATUS_TONES: Readonly<Record<Step["status"], Tone>> = { ok: "good", failed: "bad", skipped: "plain" };

function StepLine({ step: { step, status, words, wordsPhrase, failure, durationMs } }: { readonly step: Step }) {
  const { t } = useTranslation("mailboxes");
  const say = useSaid();
  return (
    <li className={styles.step}>
      <div className={styles.stepHead}>
        <span>{t(`step.${step}`, { defaultValue: step })}</span>
        <Badge tone={STATUS_TONES[status]}>{t(`stepStatus.${status}`)}</Badge>
        {status !== "skipped" && <span className={styles.took}>{durationText(durationMs)}</span>}
      </div>
      {words !== null && <q className={styles.reply}>{say(words, wordsPhrase)}</q>}
      {failure !== null && <p className={styles.remedy}>{t(`remedy.${failure.code}`, { defaultValue: failure.remedy })}</p>}
    </li>
  );
}

interface GuessesProps {
  readonly guesses: readonly Guess[];
  onGuess(guess: Guess): void;
}

function Guesses({ guesses, onGuess }: GuessesProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <div>
      <p className={styles.hint}>{t("check.guesses")}</p>
      <div className={styles.guesses}>
        {guesses.map((guess) => (
          <Button key={`${guess.host}:${guess.port}`} variant="default" size="compact-sm" onClick={() => onGuess(guess)}>
            {guess.host}:{guess.port}
          </Button>
        ))}
      </div>
    </div>
  );
}
