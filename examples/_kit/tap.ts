/** A wire with a microphone: passes TCP connections on and keeps every byte that went over, in both directions. */
export class Tap {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #towards: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #heard = new Set<Uint8Array[]>();
  #bytes = 0;
  #isListening = true;

  constructor({ port, towards }: { port: number; towards: number }) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#towards = towards;
    this.#accept();
  }

  /** Bytes heard so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often one of the texts went over the wire in clear, as UTF-8. */
  count(texts: readonly string[]): number {
    return [...this.#heard].reduce((sum, pieces) => sum + countIn(pieces, texts), 0);
  }

  /** From now on bytes pass unheard. */
  mute(): void {
    this.#isListening = false;
    this.#heard.clear();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) this.#join(near);
  }

  async #join(near: Deno.Conn): Promise<void> {
    this.#open.add(near);
    let far: Deno.Conn;
    try {
      far = await Deno.connect({ hostname: "127.0.0.1", port: this.#towards });
    } catch {
      // Nobody there: the caller is to find out as it would without us.
      return this.#close(near);
    }
    this.#open.add(far);
    await Promise.all([this.#pass(near, far), this.#pass(far, near)]);
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const heard: Uint8Array[] = [];
    this.#heard.add(heard);
    const piece = new Uint8Array(64 * 1024);
    try {
      for (let length; (length = await from.read(piece)) !== null;) {
        this.#bytes += length;
        if (this.#isListening) heard.push(piece.slice(0, length));
        for (let at = 0; at < length;) at += await to.write(piece.subarray(at, length));
      }
    } catch {
      // One end broke off; so does the other.
    }
    this.#close(from);
    this.#close(to);
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}

/** How often one of the texts is in bytes that came in pieces. */
export function countIn(pieces: readonly Uint8Array[], texts: readonly string[]): number {
  // One character a byte, so that any bytes can be searched.
  const heard = new TextDecoder("latin1").decode(joined(pieces));
  return texts.reduce((sum, text) => {
    const bytes = new TextDecoder("latin1").decode(new TextEncoder().encode(text));
    return sum + heard.split(bytes).length - 1;
  }, 0);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
