/** What the demo measured. */
export interface Figures {
  readonly sent: number;
  /** Answered AA or CA by the hospital's gateway. */
  readonly acknowledged: number;
  /** At the laboratory's system, byte for byte as they must be. */
  readonly delivered: number;
  /** Signed receipts the hospital's gateway holds. */
  readonly receipted: number;
  /** Answered AE, AR, CE or CR. */
  readonly refused: number;
  /** In either gateway. */
  readonly quarantined: number;
  /** At the laboratory's system, with other bytes than they must have. */
  readonly wrong: number;
  /** At the laboratory's system more than once. */
  readonly repeated: number;
  /** Milliseconds, one a message. */
  readonly acknowledgedMs: readonly number[];
  readonly deliveredMs: readonly number[];
}

/** True where every message went all the way, once, and came out right. */
export function isPerfect(figures: Figures): boolean {
  const { sent, acknowledged, delivered, receipted } = figures;
  return [acknowledged, delivered, receipted].every((count) => count === sent) &&
    [figures.refused, figures.quarantined, figures.wrong, figures.repeated].every((count) => count === 0);
}

/** The figures as a table of two columns. */
export function figuresText(figures: Figures): string {
  const { acknowledgedMs, deliveredMs, wrong, repeated } = figures;
  const rows: [string, string | number][] = [
    ["sent", figures.sent],
    ["acknowledged", figures.acknowledged],
    ["delivered", figures.delivered],
    ["receipts signed", figures.receipted],
    ["refused", figures.refused],
    ["quarantined", figures.quarantined],
    ...(wrong > 0 ? [["delivered wrong", wrong] as [string, number]] : []),
    ...(repeated > 0 ? [["delivered again", repeated] as [string, number]] : []),
    ["sent to acknowledged", timesText(acknowledgedMs)],
    ["sent to delivered", timesText(deliveredMs)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
}

/** Shows how far the messages are: a bar on a terminal, a line every tenth elsewhere. */
export interface Progress extends Disposable {
  /** One more message was delivered. */
  step(): void;
}

/** The part of `cli-progress` that is used; the package has no types of its own. */
interface Bar {
  start(total: number, done: number): void;
  increment(): void;
  stop(): void;
}

/** Starts to show it. */
export async function openProgress(total: number): Promise<Progress> {
  return Deno.stdout.isTerminal() ? await barOf(total) : linesOf(total);
}

async function barOf(total: number): Promise<Progress> {
  const { default: { SingleBar } } = await import("cli-progress");
  const bar: Bar = new SingleBar({ format: "  [{bar}] {value}/{total} delivered", barsize: 40 });
  bar.start(total, 0);
  return { step: () => bar.increment(), [Symbol.dispose]: () => bar.stop() };
}

function linesOf(total: number): Progress {
  let [done, said] = [0, 0];
  const step = () => {
    const tenth = Math.floor(++done * 10 / total);
    if (tenth > said) console.log(`  ${done}/${total} delivered`);
    said = Math.max(said, tenth);
  };
  return { step, [Symbol.dispose]: () => {} };
}

function timesText(times: readonly number[]): string {
  return `p50 ${atShare(times, 0.5).toFixed(1)} ms, p99 ${atShare(times, 0.99).toFixed(1)} ms`;
}

/** The least of the values that is not exceeded by so large a share of them (nearest rank). */
function atShare(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;
}
