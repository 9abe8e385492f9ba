import { MitralError } from "../../../runtime/contract/error.ts";
import type { Probe, ProbeStep } from "../../../runtime/contract/probe.ts";
import type { Clock } from "../../../runtime/contract/world.ts";

/** What came out: `10.1.2.3 and 10.1.2.4`. */
export interface Tried {
  readonly says: string;
  /** How long it took, where it was watched for longer than that. */
  readonly ms: number;
}

/** One thing that a connection test tries. */
export interface Attempt {
  readonly step: ProbeStep;
  /** How long it may take. */
  readonly msMax: number;
  /** Tries it, gives up on `signal`, and resolves with what came out. */
  run(signal: AbortSignal): Promise<string | Tried>;
  /** The declared error for what `run` rejected with, where that is none itself. */
  failed(cause: unknown): MitralError;
  /** The declared error for what took longer than `msMax`, by `ETIMEDOUT`; as `failed` where left out. */
  late?(cause: unknown): MitralError;
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
    const outcome = await outcomeOf(attempt, clock, signal);
    if (outcome === undefined) return;
    const { step } = attempt, ms = clock.elapsedMs() - startMs;
    if (outcome instanceof MitralError) return yield { step, ms, says: outcome.message, error: outcome };
    yield typeof outcome === "string" ? { step, ms, says: outcome } : { step, ...outcome };
  }
}

/** What came out, or why nothing did; `undefined` where nobody waits any longer. */
function outcomeOf(
  { msMax, run, failed, late = failed }: Attempt,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | Tried | MitralError | undefined> {
  return new Promise((resolve) => {
    const life = new AbortController();
    const end = (outcome: string | Tried | MitralError | undefined) => {
      stopTimer();
      signal.removeEventListener("abort", giveUp);
      resolve(outcome);
      // What goes on all the same, such as the look-up of a name, ends on its own.
      life.abort();
    };
    const giveUp = () => end(undefined);
    const stopTimer = clock.after(msMax, () => end(late(timedOut())));
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    run(life.signal).then(end, (cause) => end(cause instanceof MitralError ? cause : failed(cause)));
  });
}

function timedOut(): Error {
  return Object.assign(new Error("timed out"), { code: "ETIMEDOUT" });
}
