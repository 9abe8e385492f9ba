import type { Clock } from "../../runtime/contract/world.ts";
import type { Item } from "./_item.ts";

/** Files that show at once, of a partner. */
const SHOWN_MAX = 10_000;

/** Files that were taken and still show, by their paths: the first that was taken goes first. */
export class Shown {
  readonly #clock: Clock;
  readonly #shownMsMax: number;
  readonly #items = new Map<string, { readonly item: Item; readonly untilMs: number }>();

  constructor(clock: Clock, shownMsMax: number) {
    this.#clock = clock;
    this.#shownMsMax = shownMsMax;
  }

  add(item: Item): void {
    this.#items.delete(item.path);
    this.#items.set(item.path, { item, untilMs: this.#clock.elapsedMs() + this.#shownMsMax });
  }

  at(path: string): Item | undefined {
    this.#forget();
    return this.#items.get(path)?.item;
  }

  all(): readonly Item[] {
    this.#forget();
    return [...this.#items.values()].map(({ item }) => item);
  }

  /** True where there was one. */
  delete(path: string): boolean {
    this.#forget();
    return this.#items.delete(path);
  }

  /** True where there was one. It shows anew for as long as one that was taken now. */
  rename(from: string, to: string): boolean {
    const item = this.at(from);
    if (!item) return false;
    this.#items.delete(from);
    item.path = to;
    this.add(item);
    return true;
  }

  #forget(): void {
    const nowMs = this.#clock.elapsedMs();
    for (const [path, { untilMs }] of this.#items) {
      if (this.#items.size <= SHOWN_MAX && untilMs > nowMs) return;
      this.#items.delete(path);
    }
  }
}
