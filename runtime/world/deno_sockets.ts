import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { PeerCertificate } from "../contract/tls.ts";
import type { Connection } from "../contract/world.ts";

/** What is known of a connection's other end beside its address. */
export interface Known {
  readonly certificate?: PeerCertificate;
  readonly partner?: string;
}

/** A connection over a stream of `node:net` or `node:tls`; read only as it is asked to be, so that TCP holds the peer back. */
export class StreamConnection implements Connection {
  readonly #stream: Duplex;
  readonly #explained: (cause: unknown) => unknown;
  #rest: Uint8Array | undefined;
  #trouble: unknown;
  #isClosed = false;
  #wake: () => void = () => {};

  /** `explained` makes of the platform's error what a caller is to see; `trouble` is one that has come already. */
  constructor(
    stream: Duplex,
    readonly peer: string,
    { certificate, partner }: Known = {},
    explained: (cause: unknown) => unknown = (cause) => cause,
    trouble?: unknown,
  ) {
    this.#stream = stream;
    this.#trouble = trouble;
    this.#explained = explained;
    if (certificate) this.certificate = certificate;
    if (partner !== undefined) this.partner = partner;
    const wake = () => this.#wake();
    stream.on("readable", wake);
    stream.on("end", wake);
    stream.on("close", wake);
    stream.on("error", (cause) => {
      this.#trouble ??= cause;
      wake();
    });
  }

  readonly certificate?: PeerCertificate;
  readonly partner?: string;

  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      const piece = this.#rest ?? this.#stream.read() as Uint8Array | null;
      if (piece) return this.#give(piece, into);
      if (this.#trouble) throw this.#explained(this.#trouble);
      if (this.#isClosed) throw interrupted();
      if (this.#stream.readableEnded || this.#stream.destroyed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#trouble) return reject(this.#explained(this.#trouble));
      if (this.#isClosed || this.#stream.destroyed) return reject(interrupted());
      const closed = () => reject(this.#trouble ? this.#explained(this.#trouble) : interrupted());
      this.#stream.once("close", closed);
      this.#stream.write(bytes, (cause) => {
        this.#stream.off("close", closed);
        cause ? reject(this.#explained(cause)) : resolve();
      });
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest = undefined;
    // What was written leaves first; a peer that does not take it is not waited for. A stream whose peer has ended has
    // ended, too: the error that `end` would make of that takes longer than all else of closing.
    const { writableLength, writableEnded, writableFinished } = this.#stream;
    if (writableLength > 0 || writableFinished) this.#stream.destroy();
    else if (writableEnded) this.#stream.once("finish", () => this.#stream.destroy());
    else this.#stream.end(() => this.#stream.destroy());
    this.#wake();
  }

  #give(piece: Uint8Array, into: Uint8Array): number {
    const count = Math.min(piece.length, into.length);
    into.set(piece.subarray(0, count));
    this.#rest = count < piece.length ? piece.subarray(count) : undefined;
    return count;
  }
}

/** As a person would dial the other end of a socket. */
export function peerOf({ remoteAddress = "", remotePort }: Socket): string {
  return `${plain(remoteAddress)}:${remotePort ?? 0}`;
}

/** An address without the words that make an IPv6 address of an IPv4 one. */
export function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

function interrupted(): Error {
  return Object.assign(new Error("The connection is closed"), { code: "EINTR" });
}
