import type { Clock, Connection } from "../../../runtime/contract/world.ts";
import { Deadline } from "./deadline.ts";

/**
 * Writes to a peer that has to read: `stalled` is called where one write takes longer than `stallMsMax`, and has to close
 * the connection, by which the write rejects. One write at a time.
 */
export class PromptWriter {
  readonly #connection: Connection;
  readonly #stallMsMax: number;
  readonly #deadline: Deadline;

  constructor(
    connection: Connection,
    { clock, stallMsMax }: { readonly clock: Clock; readonly stallMsMax: number },
    stalled: () => void,
  ) {
    this.#connection = connection;
    this.#stallMsMax = stallMsMax;
    this.#deadline = new Deadline(clock, stalled);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#deadline.set(this.#stallMsMax);
    try {
      await this.#connection.write(bytes);
    } finally {
      this.#deadline.clear();
    }
  }

  /** Watches no more. */
  close(): void {
    this.#deadline.stop();
  }
}
