import { MitralError } from "../../../runtime/contract/error.ts";
import type { Probe, ProbeStep } from "../../../runtime/contract/probe.ts";
import type { Clock } from "../../../runtime/contract/world.ts";

/** One thing that a connection test tries. */
export interface Attempt {
  readonly step: ProbeStep;
  /** How long it may take. */
  readonly msMax: number;
  /** Tries it, gives up on `signal`, and resolves with what came out: `10.1.2.3 and 10.1.2.4`. */
  run(signal: AbortSignal): Promise<string>;
  /** The declared error for what `run` rejected with, where that is none itself. */
  failed(cause: unknown): MitralError;
  /** The declared error for one that took longer than `msMax`. */
  late(): MitralError;
}

/** Where the attempts are made. */
export interface ProbePlace {
  readonly world: { readonly clock: Clock };
  /** Aborted where nobody waits any longer: the probe ends without another result. */
  readonly signal: AbortSignal;
}

/** Makes the attempts one after the other, each timed, up to the first that fails. */
export async function* probe({ world: { clock }, signal }: ProbePlace, attempts: Iterable<Attempt>): Probe {
  for (const attempt of attempts) {
    const startMs = clock.elapsedMs();
    const took = () => ({ step: attempt.step, ms: clock.elapsedMs() - startMs });
    const outcome = await tried(attempt, clock, signal);
    if (outcome === undefined) return;
    if (typeof outcome === "string") {
      yield { ...took(), says: outcome };
      continue;
    }
    return yield { ...took(), says: outcome.message, error: outcome };
  }
}

/** What came out, or why nothing did; `undefined` where nobody waits any longer. */
function tried(
  attempt: Attempt,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | MitralError | undefined> {
  return new Promise((resolve) => {
    const life = new AbortController();
    const end = (outcome: string | MitralError | undefined) => {
      stopTimer();
      signal.removeEventListener("abort", giveUp);
      resolve(outcome);
      // What goes on all the same, such as the look-up of a name, ends on its own.
      life.abort();
    };
    const giveUp = () => end(undefined);
    const stopTimer = clock.after(attempt.msMax, () => end(attempt.late()));
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    attempt.run(life.signal).then(
      end,
      (cause) => end(cause instanceof MitralError ? cause : attempt.failed(cause)),
    );
  });
}
