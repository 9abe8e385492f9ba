const silentMin = 64;

/**
 * Who is connected. Only a peer that has spoken takes one of the `max` places; as many silent ones, and at least
 * `silentMin`, are kept beside them, the oldest of which goes first. So a load balancer's probes cost no sender its
 * place, and nobody can hold sockets without end by saying nothing.
 */
export class Places<T> {
  readonly #max: number;
  readonly #speaking = new Set<T>();
  readonly #silent = new Set<T>();

  constructor(max: number) {
    this.#max = max;
  }

  /** As many connections as there may be in all: those beside the places and silent ones have not yet come so far. */
  get openMax(): number {
    return this.#max + 2 * this.#silentMax;
  }

  /** True where no place is left. */
  get areTaken(): boolean {
    return this.#speaking.size >= this.#max;
  }

  /** Lets a silent one in; returns the one that has to go for it, if any. */
  enter(one: T): T | undefined {
    this.#silent.add(one);
    if (this.#silent.size <= this.#silentMax) return undefined;
    const [oldest] = this.#silent;
    this.#silent.delete(oldest);
    return oldest;
  }

  /** Gives a place to one that has spoken; false where none is left. */
  speak(one: T): boolean {
    if (this.areTaken) return false;
    this.#silent.delete(one);
    this.#speaking.add(one);
    return true;
  }

  get #silentMax(): number {
    return Math.max(this.#max, silentMin);
  }

  leave(one: T): void {
    this.#silent.delete(one);
    this.#speaking.delete(one);
  }
}
