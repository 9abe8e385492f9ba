/** Requests that are under way, and how a listener comes to an end with them. */
export class UnderWay {
  readonly #stopped = new AbortController();
  readonly #dropped = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #count = 0;

  /** Aborted where no more is read, not even the rest of a body. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Aborted where nobody waits for the channel any longer. */
  get dropped(): AbortSignal {
    return this.#dropped.signal;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** One more, until its answer is there. */
  async add(work: () => Promise<Response>): Promise<Response> {
    this.#count++;
    try {
      return await work();
    } finally {
      if (--this.#count === 0 && this.stopped.aborted) this.#idle.resolve();
    }
  }

  /** Reads no more, not even the rest of a body; resolves when everything handed over has its answer. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#count > 0) await this.#idle.promise;
  }

  /** Answers what is under way as if nothing had been taken, without waiting for the channel any longer. */
  async drop(): Promise<void> {
    this.#dropped.abort();
    await this.stop();
  }
}
