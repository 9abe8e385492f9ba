import type { OpenSender } from "../../contract/adapter.ts";

/** A sender that is opened when it is first needed, and again where that has failed. */
export class LazySender {
  readonly #open: () => Promise<OpenSender>;
  #opening: Promise<OpenSender> | undefined;

  constructor(open: () => Promise<OpenSender>) {
    this.#open = open;
  }

  /** The open sender. Fails with what opening it fails with; the next call tries again. */
  get(): Promise<OpenSender> {
    if (!this.#opening) {
      const opening = this.#opening = this.#open();
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  /** Closes it, where it is open. No `send` runs then. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sender = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await sender?.[Symbol.asyncDispose]();
  }
}
