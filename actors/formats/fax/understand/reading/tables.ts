import type { ReadRow } from "../../../../../runtime/contract/document.ts";
import type { TableSpec } from "../template.ts";
import { settleCapitals } from "./capitals.ts";
import { headersOn, type Heading } from "./columns.ts";
import { doubtFarDates } from "./far_dates.ts";
import type { PageView } from "./labels.ts";
import { valuesIn } from "./reading.ts";
import { readPart } from "./table_part.ts";

/** A table as far as it was read. */
export interface FoundTable {
  readonly rows: readonly ReadRow[];
  /** The values that passes read of each cell, row by row. */
  readonly passes: readonly ReadonlyMap<string, readonly string[]>[];
}

/** Reads a table over all pages: it goes on where the header comes again, or rows of the same columns do. */
export class TableFinder {
  readonly #spec: TableSpec;
  readonly #rows: ReadRow[] = [];
  readonly #passes: ReadonlyMap<string, readonly string[]>[] = [];
  #carried: readonly Heading[] | undefined;
  #before: readonly Heading[] = [];

  constructor(spec: TableSpec) {
    this.#spec = spec;
  }

  /** Goes on with the next page. */
  add(view: PageView): void {
    const headers = headersOn(view, this.#spec);
    const parts: { headings: readonly Heading[]; from: number; to: number }[] = [];
    if (this.#carried) {
      parts.push({ headings: this.#carried, from: -Infinity, to: headers[0]?.y0 ?? Infinity });
    }
    for (const [at, header] of headers.entries()) {
      parts.push({
        headings: completed(header.headings, this.#before),
        from: header.y1,
        to: headers[at + 1]?.y0 ?? Infinity,
      });
    }
    for (const { headings, from, to } of parts) {
      const { rows, readings, hasEnded } = readPart(view, this.#spec, headings, from, to);
      this.#rows.push(...rows);
      for (const cells of readings) {
        this.#passes.push(new Map([...cells].map(([name, read]) => [name, valuesIn(read)])));
      }
      this.#carried = hasEnded || rows.length === 0 ? undefined : headings;
      this.#before = headings;
    }
  }

  /** What was read on the pages so far. */
  get found(): FoundTable {
    const rows = settleCapitals(doubtFarDates(this.#rows, this.#spec), this.#spec);
    return { rows, passes: this.#passes };
  }
}

/** The same table has the same columns on every page: a heading that could not be read stands where it stood before. */
function completed(headings: readonly Heading[], before: readonly Heading[]): readonly Heading[] {
  const isThere = ({ column, x0, x1 }: Heading) =>
    column === undefined ||
    headings.some((own) => own.column === column || own.column !== undefined && own.x0 < x1 && own.x1 > x0);
  const missing = before.filter((heading) => !isThere(heading));
  if (missing.length === 0) return headings;
  const unnamed = headings.filter((own) =>
    own.column !== undefined || !missing.some(({ x0, x1 }) => own.x0 < x1 && own.x1 > x0)
  );
  return [...unnamed, ...missing].sort((a, b) => a.x0 - b.x0);
}
