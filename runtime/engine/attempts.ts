import type { FinalVerdict, OutboxEntry } from "./delivery_stages.ts";

/** Deliveries whose attempt is under way, or is being settled. */
export class Attempts {
  readonly #entries = new Set<OutboxEntry>();
  /** Who waits for one to be over. */
  #watchers: (() => void)[] = [];

  get count(): number {
    return this.#entries.size;
  }

  has(entry: OutboxEntry): boolean {
    return this.#entries.has(entry);
  }

  begin(entry: OutboxEntry): void {
    this.#entries.add(entry);
  }

  /** It is over: settled, and ended or to be made again. */
  end(entry: OutboxEntry): void {
    this.#entries.delete(entry);
    this.#tell();
  }

  /** All are over: their sender is closed. */
  drop(): void {
    this.#entries.clear();
    this.#tell();
  }

  /** Resolves once no attempt of a delivery is under way, with how that has ended, if it has. */
  async over(entry: OutboxEntry): Promise<FinalVerdict["kind"] | undefined> {
    while (this.#entries.has(entry)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return entry.end;
  }

  #tell(): void {
    if (this.#watchers.length === 0) return;
    for (const resolve of this.#watchers.splice(0)) resolve();
  }
}
