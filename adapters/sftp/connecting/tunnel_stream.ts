import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/**
 * A channel of one SSH connection as the socket of another. What the inner connection writes goes on a moment later:
 * `ssh2` encrypts in memory that all its connections share, and would begin with the outer one's packet in the middle of
 * the inner one's.
 */
export class TunnelStream extends Duplex {
  readonly #channel: Duplex;

  constructor(channel: Duplex) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    channel
      .on("data", (chunk: Buffer) => {
        if (!this.push(chunk)) channel.pause();
      })
      .on("end", () => this.push(null))
      .on("close", () => this.destroy())
      .on("error", (cause) => this.destroy(cause));
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    queueMicrotask(() => this.#channel.write(chunk, done));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.destroy();
    done(error);
  }
}
