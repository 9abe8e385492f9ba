import { countText } from "./figures.ts";
import type { SendResult } from "./send_messages.ts";

/** Figures of a run, times in milliseconds. */
export interface SendSummary {
  readonly sent: number;
  readonly positive: number;
  /** How many of each answer, most frequent first. */
  readonly answers: Readonly<Record<string, number>>;
  readonly tookMs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Gathers results into a summary. Keeps eight bytes a message. */
export class SendReport {
  readonly #times: number[] = [];
  readonly #answers = new Map<string, number>();
  #positive = 0;

  add({ answer, isPositive, tookMs }: SendResult): void {
    this.#times.push(tookMs);
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    if (isPositive) this.#positive++;
  }

  /** @param tookMs from the first message to the last answer */
  summary(tookMs: number): SendSummary {
    const times = Float64Array.from(this.#times).sort();
    const at = (share: number) => rounded(times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0);
    return {
      sent: times.length,
      positive: this.#positive,
      answers: Object.fromEntries([...this.#answers].sort(([, a], [, b]) => b - a)),
      tookMs: rounded(tookMs),
      perSecond: tookMs > 0 ? Math.round(times.length / tookMs * 1000) : 0,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      longestMs: at(1),
    };
  }
}

/** A summary in two lines. */
export function summaryText(summary: SendSummary): string {
  const { sent, answers, tookMs, perSecond, p50Ms, p99Ms, longestMs } = summary;
  const counts = Object.entries(answers).map(([answer, count]) => `${countText(count)} ${answer}`).join(", ");
  return `${countText(sent)} sent in ${(tookMs / 1000).toFixed(2)} s (${countText(perSecond)}/s): ${
    counts || "no answer"
  }\n` +
    `answer times: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${longestMs} ms`;
}

/** Microseconds are as fine as the figures get. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
