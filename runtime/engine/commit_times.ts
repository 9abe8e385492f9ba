import type { Clock } from "../contract/world.ts";
import type { CommitStatistics } from "./statistics.ts";

/** What commits took over the last minutes, in a bounded memory: counts by duration, a slice of time each. */
export class CommitTimes {
  readonly #clock: Pick<Clock, "elapsedMs" | "nowMs">;
  readonly #slices = Array.from({ length: SLICES }, () => new Slice());
  #lastAtMs: number | undefined;

  constructor(clock: Pick<Clock, "elapsedMs" | "nowMs">) {
    this.#clock = clock;
  }

  /** A commit has ended. */
  add(operations: number, tookMs: number): void {
    this.#lastAtMs = this.#clock.nowMs();
    const number = this.#number();
    const slice = this.#slices[number % SLICES];
    if (slice.number !== number) slice.begin(number);
    slice.add(operations, tookMs);
  }

  /** Over the slice of this moment and those before it. */
  read(): CommitStatistics {
    const now = this.#number();
    const recent = this.#slices.filter(({ number }) => number > now - SLICES);
    const sum = (of: (slice: Slice) => number) => recent.reduce((total, slice) => total + of(slice), 0);
    const commits = sum((slice) => slice.commits);
    const longestMs = Math.max(0, ...recent.map((slice) => slice.longestMs));
    const within = (share: number) => {
      let left = Math.ceil(commits * share), bucket = 0;
      while ((left -= sum(({ counts }) => counts[bucket])) > 0) bucket++;
      return Math.min(endMs(bucket), longestMs);
    };
    return {
      commits,
      operations: sum((slice) => slice.operations),
      ...(commits > 0 ? { latency: { p50Ms: within(0.5), p99Ms: within(0.99), longestMs } } : {}),
      ...(this.#lastAtMs === undefined ? {} : { lastAtMs: this.#lastAtMs }),
    };
  }

  #number(): number {
    return Math.floor(this.#clock.elapsedMs() / SLICE_MS);
  }
}

const SLICE_MS = 60_000;
const SLICES = 5;

/** The first bucket ends here; each ends a tenth later than the one before, and the last at about ten minutes. */
const SHORTEST_MS = 0.01;
const BUCKETS = 190;
const STEP = Math.log(1.1);

function bucketOf(tookMs: number): number {
  const bucket = Math.ceil(Math.log(tookMs / SHORTEST_MS) / STEP);
  return Math.min(Math.max(bucket, 0), BUCKETS - 1);
}

function endMs(bucket: number): number {
  return SHORTEST_MS * Math.exp(bucket * STEP);
}

/** A minute of commits. */
class Slice {
  /** Which minute since the clock's start. */
  number = -SLICES;
  commits = 0;
  operations = 0;
  longestMs = 0;
  readonly counts = new Uint32Array(BUCKETS);

  begin(number: number): void {
    this.number = number;
    this.commits = this.operations = this.longestMs = 0;
    this.counts.fill(0);
  }

  add(operations: number, tookMs: number): void {
    this.commits++;
    this.operations += operations;
    this.longestMs = Math.max(this.longestMs, tookMs);
    this.counts[bucketOf(tookMs)]++;
  }
}
