import type { Connection } from "../../../runtime/contract/world.ts";
import { CR, FS, VT } from "./frame.ts";

/** Larger messages are written as they are, between their start and their end, instead of being copied first. */
const copyBytesMax = 256 * 1024;
const head = Uint8Array.of(VT);
const tail = Uint8Array.of(FS, CR);

interface Waiting {
  readonly message: Uint8Array;
  resolve(): void;
  reject(cause: unknown): void;
}

/** Writes frames whole and in order, however many are asked for at once; those that wait meanwhile go out together. */
export class FrameWriter {
  readonly #connection: Connection;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Resolves when the message is written as one frame. */
  send(message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      if (!this.#isWriting) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#writeAll(batch.map(({ message }) => message));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#isWriting = false;
  }

  #nextBatch(): Waiting[] {
    let [count, bytes] = [1, this.#waiting[0].message.length];
    while (count < this.#waiting.length && bytes + this.#waiting[count].message.length <= copyBytesMax) {
      bytes += this.#waiting[count++].message.length;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeAll(messages: readonly Uint8Array[]): Promise<void> {
    const [first] = messages;
    if (first.length > copyBytesMax) {
      await this.#connection.write(head);
      await this.#connection.write(first);
      return await this.#connection.write(tail);
    }
    const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + length + 3, 0));
    let at = 0;
    for (const message of messages) {
      bytes[at] = VT;
      bytes.set(message, at + 1);
      at += message.length + 3;
      bytes[at - 2] = FS;
      bytes[at - 1] = CR;
    }
    await this.#connection.write(bytes);
  }
}
