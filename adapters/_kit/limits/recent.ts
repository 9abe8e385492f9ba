/** Peers that are remembered at once; of more, those that were not looked at for longest are forgotten. */
export const PEERS_MAX = 10_000;

/** What is known of each peer, of the last {@linkcode PEERS_MAX}. */
export class Recent<T> {
  readonly #known = new Map<string, T>();
  readonly #max: number;

  constructor(max: number = PEERS_MAX) {
    this.#max = max;
  }

  get(peer: string): T | undefined {
    const known = this.#known.get(peer);
    if (known === undefined) return undefined;
    this.#known.delete(peer);
    this.#known.set(peer, known);
    return known;
  }

  set(peer: string, value: T): void {
    this.#known.delete(peer);
    this.#known.set(peer, value);
    if (this.#known.size <= this.#max) return;
    const [oldest] = this.#known.keys();
    this.#known.delete(oldest);
  }

  delete(peer: string): void {
    this.#known.delete(peer);
  }

  get size(): number {
    return this.#known.size;
  }
}
