import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import { limits } from "../limits.ts";
import { backoffMs } from "../supervisor.ts";

/**
 * How a path is. `suspect`: nobody answered by it. `recovering`: it was found well since, but not for long enough that
 * deliveries return to it.
 */
export type PathCondition = "healthy" | "suspect" | "recovering";

/** What the health of a path needs of it. */
export interface HealthParts {
  readonly world: World;
  /** Looks, without a message, how it is: `undefined` where it is well. Left out where only an attempt can tell. */
  readonly look?: () => Promise<MitralError | undefined>;
  /** It is suspect from now on. */
  fell(error: MitralError): void;
  /** It is healthy again, after so long. */
  restored(forMs: number): void;
  /** It was found well for the first time since it fell, or for long enough: it `isReady` then. */
  improved(): void;
}

/**
 * The health of one path. It falls when attempts in a row get no answer, at once where nothing could be connected, or when a
 * look at it fails. From then on it is looked at, with waits that double; after it was found well for a while, one delivery
 * tries it, and its answer restores it. Where nothing but an attempt can tell how it is, every look is one delivery's.
 * Where it fails again soon, it must be well for twice as long.
 */
export class Health {
  readonly #parts: HealthParts;
  #condition: PathCondition = "healthy";
  /** Attempts in a row that nobody answered. */
  #misses = 0;
  #missedMs = -Infinity;
  #answeredMs: number;
  #lastAnswerMs: number | undefined;
  #trouble: MitralError | undefined;
  #sinceMs = 0;
  #fellMs = 0;
  #restoredMs = -Infinity;
  /** How often it fell soon after it was restored. */
  #relapses = 0;
  /** How often the wait for the next look has doubled. */
  #level = 0;
  #wellSinceMs: number | undefined;
  #isReady = false;
  #isTried = false;
  #forget = () => {};
  #isOver = false;
  /** Grows with every change: what a look that began before it finds counts no more. */
  #era = 0;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#answeredMs = parts.world.clock.elapsedMs();
    this.#standBy();
  }

  get condition(): PathCondition {
    return this.#condition;
  }

  /** True where one delivery may try it, and none does. */
  get wantsTrial(): boolean {
    return this.#isReady && !this.#isTried;
  }

  /** True where it can be found well without a delivery, and was for long enough. */
  get isSteady(): boolean {
    return this.#isReady && this.#parts.look !== undefined;
  }

  /** True where it was found well since it fell. */
  get isWell(): boolean {
    return this.#condition === "healthy" || this.#wellSinceMs !== undefined;
  }

  /** When an attempt by it last got no answer, by the clock that nobody sets. */
  get missedMs(): number {
    return this.#missedMs;
  }

  /** What is told of it. */
  state(): {
    condition: PathCondition;
    suspectSinceMs?: number;
    trouble?: string;
    lastAnswerMs?: number;
  } {
    const isHealthy = this.#condition === "healthy";
    return {
      condition: this.#condition,
      ...(isHealthy ? {} : { suspectSinceMs: this.#sinceMs }),
      ...(this.#trouble && (!isHealthy || this.#misses > 0) ? { trouble: this.#trouble.code } : {}),
      ...(this.#lastAnswerMs === undefined ? {} : { lastAnswerMs: this.#lastAnswerMs }),
    };
  }

  /** A delivery tries it. */
  try(): void {
    this.#isTried = true;
  }

  /** The attempt that was to try it said nothing about it. */
  passed(): void {
    this.#isTried = false;
  }

  /** An attempt by it was answered: one that was to try it, one while no path is healthy, or any other. */
  answered(how: "trial" | "alone" | "other"): void {
    if (this.#isOver) return;
    const { clock } = this.#parts.world;
    this.#misses = 0;
    this.#answeredMs = clock.elapsedMs();
    this.#lastAnswerMs = clock.nowMs();
    if (how === "trial") this.#isTried = false;
    if (this.#condition === "healthy" || how === "other") return;
    // Where there is nothing better, nothing is gained by waiting.
    if (how === "alone" || this.#parts.look) this.restore();
    else this.#better();
  }

  /** An attempt by it got no answer; `isPlain`: it is sure that others would get none either. */
  missed(error: MitralError, isTrial: boolean, isPlain: boolean): void {
    if (this.#isOver) return;
    this.#trouble = error;
    this.#missedMs = this.#parts.world.clock.elapsedMs();
    this.#misses++;
    if (isTrial) this.#isTried = false;
    if (this.#condition === "healthy") {
      if (isPlain || this.#misses >= limits.pathMissesMax) this.#fall(error);
    } else if (isTrial || this.#wellSinceMs !== undefined) this.#worse(error);
  }

  /** Deliveries may go by it again. */
  restore(): void {
    const { clock } = this.#parts.world;
    this.#condition = "healthy";
    this.#misses = 0;
    this.#restoredMs = clock.elapsedMs();
    this.#wellSinceMs = undefined;
    this.#isReady = false;
    this.#isTried = false;
    this.#standBy();
    this.#parts.restored(this.#restoredMs - this.#fellMs);
  }

  /** Its path is gone: nothing changes any more. */
  end(): void {
    this.#isOver = true;
    this.#rest();
  }

  /** It is looked at no more until something changes. */
  #rest(): void {
    this.#era++;
    this.#forget();
  }

  #fall(error: MitralError): void {
    const { clock } = this.#parts.world;
    this.#fellMs = clock.elapsedMs();
    this.#sinceMs = clock.nowMs();
    this.#relapses = this.#fellMs - this.#restoredMs < limits.pathRelapseMs ? this.#relapses + 1 : 0;
    this.#level = 0;
    this.#worse(error);
    this.#parts.fell(error);
  }

  #worse(error: MitralError): void {
    this.#trouble = error;
    this.#condition = "suspect";
    this.#wellSinceMs = undefined;
    this.#isReady = false;
    const waitMs = backoffMs(
      ++this.#level,
      limits.pathLookMs,
      limits.pathLookMsMax,
      this.#parts.world.random,
    );
    this.#after(Math.max(waitMs, error.retryAfterMs), () => this.#lookAgain());
  }

  async #lookAgain(): Promise<void> {
    const { look } = this.#parts;
    if (!look) {
      this.#isReady = true;
      return this.#parts.improved();
    }
    const era = this.#era;
    const error = await look();
    if (era !== this.#era) return;
    if (error) this.#worse(error);
    else this.#better();
  }

  /** It was found well. */
  #better(): void {
    const nowMs = this.#parts.world.clock.elapsedMs();
    const isFirst = this.#wellSinceMs === undefined;
    const sinceMs = this.#wellSinceMs ??= nowMs;
    this.#condition = "recovering";
    const leftMs = sinceMs + this.#steadyMs - nowMs;
    if (leftMs > 0) {
      this.#isReady = false;
      this.#after(Math.min(limits.pathLookMs, leftMs), () => this.#lookAgain());
      if (isFirst) this.#parts.improved();
    } else if (this.#parts.look) {
      this.#isReady = true;
      this.#parts.improved();
    } else this.restore();
  }

  get #steadyMs(): number {
    return Math.min(limits.pathSteadyMs * 2 ** Math.min(this.#relapses, 30), limits.pathSteadyMsMax);
  }

  /** Looks at it from time to time, where nothing goes by it. */
  #standBy(): void {
    const { look, world: { clock } } = this.#parts;
    if (!look) return this.#rest();
    this.#after(limits.pathStandbyMs, async () => {
      const era = this.#era;
      const isIdle = clock.elapsedMs() - this.#answeredMs >= limits.pathStandbyMs;
      const error = isIdle ? await look() : undefined;
      if (era !== this.#era) return;
      if (error) this.#fall(error);
      else this.#standBy();
    });
  }

  #after(ms: number, act: () => Promise<void>): void {
    this.#rest();
    this.#forget = this.#parts.world.clock.after(ms, () => void act());
  }
}
