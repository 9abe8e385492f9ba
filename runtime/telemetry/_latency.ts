import type { Histogram, Registry } from "prom-client";
import { Cells, type MetricFacts } from "./_tally.ts";

interface Cell {
  /** How many fell into each bucket, and last the rest. */
  readonly counts: Float64Array;
  sum: number;
}

/**
 * A histogram of times that is cheap to observe: prom-client's costs up to a microsecond each time, and a message makes
 * ten such observations. It stands in prom-client's registry like one of its own.
 */
export class Latency {
  readonly #facts: MetricFacts;
  readonly #buckets: readonly number[];
  readonly #cells: Cells<Cell>;

  /** @param buckets upper bounds in seconds, rising */
  constructor(facts: MetricFacts, buckets: readonly number[], registry: Registry) {
    this.#facts = facts;
    this.#buckets = buckets;
    this.#cells = new Cells(facts.labels, () => ({ counts: new Float64Array(buckets.length + 1), sum: 0 }));
    const metric = { name: facts.name, get: () => Promise.resolve(this.#collect()) };
    // The registry asks a metric for its name and for `get`, and its type names prom-client's classes only.
    registry.registerMetric(metric as unknown as Histogram);
  }

  observeMs(values: readonly string[], ms: number): void {
    const cell = this.#cells.at(values);
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < this.#buckets.length && seconds > this.#buckets[bucket]) bucket++;
    cell.counts[bucket]++;
    cell.sum += seconds;
  }

  #collect() {
    const { name, help } = this.#facts;
    const values: { metricName: string; labels: Record<string, string | number>; value: number }[] = [];
    for (const { labels, cell } of this.#cells.all()) {
      let total = 0;
      cell.counts.forEach((count, bucket) => {
        const le = this.#buckets[bucket] ?? "+Inf";
        values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: total += count });
      });
      values.push({ metricName: `${name}_sum`, labels, value: cell.sum });
      values.push({ metricName: `${name}_count`, labels, value: total });
    }
    return { name, help, type: "histogram", values };
  }
}
