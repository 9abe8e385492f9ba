import { Counter, type Registry } from "prom-client";

/** What a metric is called and which labels tell its series apart. */
export interface MetricFacts {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** One series: its labels and what is counted in it. */
interface Series<C> {
  readonly labels: Readonly<Record<string, string>>;
  readonly cell: C;
}

/** A branch for each value of the next label, and the series where there is no next label. */
interface Node<C> {
  readonly branches: Map<string, Node<C>>;
  series?: Series<C>;
}

/**
 * Finds the cell for some label values, and makes it where it is new. A map for each label, since their values are
 * the same few texts over and over: joining them to one key costs twice as much.
 */
export class Cells<C> {
  readonly #root: Node<C> = { branches: new Map() };
  readonly #all: Series<C>[] = [];
  constructor(readonly names: readonly string[], readonly make: () => C) {}

  at(values: readonly string[]): C {
    let node = this.#root;
    for (const value of values) node = node.branches.get(value) ?? this.#grow(node, value);
    return (node.series ??= this.#add(values)).cell;
  }

  all(): readonly Series<C>[] {
    return this.#all;
  }

  #grow(node: Node<C>, value: string): Node<C> {
    const branch: Node<C> = { branches: new Map() };
    node.branches.set(value, branch);
    return branch;
  }

  #add(values: readonly string[]): Series<C> {
    const labels = Object.fromEntries(this.names.map((name, at) => [name, values[at]]));
    const series = { labels, cell: this.make() };
    this.#all.push(series);
    return series;
  }
}

/**
 * A counter that is cheap to add to: prom-client works out a series from its labels on every call, this only when
 * somebody scrapes.
 */
export class Tally {
  readonly #cells: Cells<{ count: number }>;

  constructor({ name, help, labels }: MetricFacts, registry: Registry) {
    const cells = this.#cells = new Cells(labels, () => ({ count: 0 }));
    if (labels.length === 0) cells.at([]);
    new Counter({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, cell } of cells.all()) this.inc(labels, cell.count);
      },
    });
  }

  add(values: readonly string[], count = 1): void {
    this.#cells.at(values).count += count;
  }
}
