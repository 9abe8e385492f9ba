import type { Database, Statement } from "./database.ts";

/** The last number given to what was sent to a destination. It outlives what it was given to. */
export class Sequences {
  readonly #find: Statement;
  readonly #keep: Statement;
  readonly #last = new Map<number, number>();
  readonly #changed = new Set<number>();

  constructor(database: Database) {
    this.#find = database.prepare("SELECT last FROM sequence WHERE destination = ?");
    this.#keep = database.prepare("INSERT OR REPLACE INTO sequence (destination, last) VALUES (?, ?)");
  }

  /** The next number of a destination: one for each thing that is sent there. */
  next(destination: number): number {
    const last = this.#last.get(destination) ?? Number(this.#find.get(destination)?.last ?? 0);
    this.#last.set(destination, last + 1);
    this.#changed.add(destination);
    return last + 1;
  }

  /** As part of the transaction in which they were given. */
  keep(): void {
    for (const destination of this.#changed) this.#keep.run(destination, this.#last.get(destination)!);
    this.#changed.clear();
  }

  /** Forgets what a rolled-back transaction may have given. */
  forget(): void {
    this.#last.clear();
    this.#changed.clear();
  }
}
