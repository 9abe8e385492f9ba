import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Connection } from "../../../runtime/contract/world.ts";

/** Bytes read at once. */
const READ_BYTES = 64 * 1024;

/**
 * A connection of the world as the socket that `ssh2` and `ws` want: so that the world stays the only way to the
 * network. What is written within one turn goes out as one.
 */
export class ConnectionStream extends Duplex {
  readonly #connection: Connection;
  readonly #into = Buffer.alloc(READ_BYTES);
  #isReading = false;
  #hasRead = false;

  constructor(connection: Connection) {
    super({ allowHalfOpen: false });
    this.#connection = connection;
  }

  /** The peer has said something. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  override _read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#connection.read(this.#into).then((count) => {
      this.#isReading = false;
      if (this.destroyed) return;
      if (count !== null) this.#hasRead = true;
      // A copy: what is pushed may wait to be read, and this buffer is filled again.
      this.push(count === null ? null : Buffer.from(this.#into.subarray(0, count)));
    }, (cause) => this.destroy(cause));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.write(chunk).then(() => done(), done);
  }

  override _writev(
    chunks: { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#connection.write(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.close();
    done(error);
  }
}
