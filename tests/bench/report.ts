import type { Burst } from "./burst.ts";
import type { GatewayProcess } from "./gateway_process.ts";
import { said, type Spread, spreadOf } from "./spread.ts";

/** One row: what was measured, the figure, and what stands beside it. */
export function line(what: string, figure: string, beside = ""): void {
  console.log(`${what.padEnd(56)} ${figure.padStart(44)}  ${beside}`);
}

/** One figure of several runs. */
export function each<T>(runs: readonly T[], pick: (run: T) => number): Spread {
  return spreadOf(runs.map(pick));
}

/** One figure over another, round by round: what sways, sways in both. */
export function ratios<A, B>(
  over: readonly A[],
  under: readonly B[],
  pick: (a: A, b: B) => number,
): Spread {
  return spreadOf(over.map((run, round) => pick(run, under[round])));
}

export function acknowledged(runs: readonly Pick<Burst, "perSecond">[]): string {
  return `${said(each(runs, (run) => run.perSecond))} msg/s`;
}

export function delivered(runs: readonly Burst[]): string {
  return `${said(each(runs, (run) => run.deliveredPerSecond))} msg/s`;
}

/** `p50 1.2 (1.1–1.4), p99 …, p99.9 …`. */
export function waits(runs: readonly Pick<Burst, "p50Ms" | "p99Ms" | "p999Ms">[]): string {
  const p50 = said(each(runs, (run) => run.p50Ms), 2);
  const p99 = said(each(runs, (run) => run.p99Ms), 1);
  return `p50 ${p50}, p99 ${p99}, p99.9 ${said(each(runs, (run) => run.p999Ms), 1)} ms`;
}

/** `161 MB`. */
export async function mostMemory(gateway: GatewayProcess): Promise<string> {
  return `${(await gateway.peakMb()).toFixed(0)} MB`;
}
