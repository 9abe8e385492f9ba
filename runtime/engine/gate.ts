/** Open unless there is a reason not to be. */
export class Gate {
  readonly #reasons = new Set<string>();
  readonly #changed: (isOpen: boolean, reason: string) => void;
  #waiting: (() => void)[] = [];

  constructor(changed: (isOpen: boolean, reason: string) => void) {
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#reasons.size === 0;
  }

  /** Why it is closed; empty while it is open. */
  get reason(): string {
    return [...this.#reasons].join(", ");
  }

  /** Adds or removes a reason to be closed. */
  set(reason: string, closed: boolean): void {
    if (this.#reasons.has(reason) === closed) return;
    const wasOpen = this.isOpen;
    if (closed) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.isOpen === wasOpen) return;
    if (this.isOpen) { for (const resolve of this.#waiting.splice(0)) resolve(); }
    this.#changed(this.isOpen, reason);
  }

  /** Resolves when it is open; rejects with the signal's reason. */
  opened(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting = this.#waiting.filter((each) => each !== go);
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      this.#waiting.push(go);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}
