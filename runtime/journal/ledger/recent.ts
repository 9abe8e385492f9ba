/** So many are remembered. Each outlives a collection of garbage or two: more would cost more than to look some up. */
const RECENT_MAX = 1024;

/** Remembers something of the last of rows that are numbered one after the other. */
export class Recent<T> {
  readonly #numbers: number[] = new Array(RECENT_MAX).fill(-1);
  readonly #values: (T | undefined)[] = new Array(RECENT_MAX).fill(undefined);

  /** Remembers it in the place of an earlier one. */
  set(number: number, value: T): void {
    this.#numbers[number % RECENT_MAX] = number;
    this.#values[number % RECENT_MAX] = value;
  }

  /** `undefined` where it is not among the last. */
  get(number: number): T | undefined {
    return this.#numbers[number % RECENT_MAX] === number ? this.#values[number % RECENT_MAX] : undefined;
  }

  /** Forgets all. */
  clear(): void {
    this.#numbers.fill(-1);
    this.#values.fill(undefined);
  }
}
