import type { Connection } from "../../../runtime/contract/world.ts";
import { CR, FS, VT } from "./frame.ts";

/** Larger messages are written as they are, piece by piece, between their start and their end, instead of being copied. */
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
  readonly #connection: Pick<Connection, "write">;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(connection: Pick<Connection, "write">) {
    this.#connection = connection;
  }

  /** Resolves when the message is written as one frame. */
  send(message: Uint8Array): Promise<void> {
    if (!this.#isWriting) return this.#sendAlone(message);
    return new Promise((resolve, reject) => void this.#waiting.push({ message, resolve, reject }));
  }

  async #sendAlone(message: Uint8Array): Promise<void> {
    this.#isWriting = true;
    try {
      await this.#write([message]);
    } finally {
      this.#isWriting = false;
      if (this.#waiting.length > 0) void this.#flush();
    }
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#write(batch.map(({ message }) => message));
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

  #write(messages: readonly Uint8Array[]): Promise<void> {
    if (messages[0].length > copyBytesMax) return this.#writeLarge(messages[0]);
    let size = 0;
    for (const { length } of messages) size += length + 3;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const message of messages) {
      bytes[at] = VT;
      bytes.set(message, at + 1);
      at += message.length + 3;
      bytes[at - 2] = FS;
      bytes[at - 1] = CR;
    }
    return this.#connection.write(bytes);
  }

  async #writeLarge(message: Uint8Array): Promise<void> {
    await this.#connection.write(head);
    for (let at = 0; at < message.length; at += copyBytesMax) {
      await this.#connection.write(message.subarray(at, at + copyBytesMax));
    }
    await this.#connection.write(tail);
  }
}
