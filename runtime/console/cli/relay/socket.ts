import type { Connection } from "../../../contract/world.ts";

/**
 * A connection as NATS's client takes one: by the parts of a WebSocket it uses. What it says is the same over any stream of
 * bytes, so nothing is put in frames here.
 */
export function socketOn(connection: Connection): WebSocket {
  return new Socket(connection) as unknown as WebSocket;
}

class Socket {
  binaryType = "arraybuffer";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onerror: ((event: { readonly message: string }) => void) | null = null;
  onclose: ((event: { readonly wasClean: boolean; readonly reason: string }) => void) | null = null;
  readonly #connection: Connection;
  #written: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Nothing is read before somebody listens. */
  set onmessage(listener: ((event: { readonly data: ArrayBuffer }) => void) | null) {
    if (listener) void this.#read(listener);
  }

  send(bytes: ArrayBuffer): void {
    this.bufferedAmount += bytes.byteLength;
    this.#written = this.#written.then(async () => {
      await this.#connection.write(new Uint8Array(bytes));
      this.bufferedAmount -= bytes.byteLength;
    }).catch(() => this.close());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
    this.onclose?.({ wasClean: true, reason: "" });
  }

  async #read(listener: (event: { readonly data: ArrayBuffer }) => void): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null || this.#isClosed) break;
        listener({ data: buffer.slice(0, count).buffer });
      }
    } catch {
      // As where the server closes it: the client says what it then lacks.
    }
    this.close();
  }
}
