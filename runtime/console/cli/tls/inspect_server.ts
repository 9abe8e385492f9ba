import type { Connection } from "../../../contract/world.ts";
import { ByteReader } from "./byte_reader.ts";
import type { ClientHello } from "./client_hello.ts";
import { readName } from "./distinguished_name.ts";
import { alerts, type Cipher, ciphers, versions } from "./numbers.ts";
import { type OpenRecord, recordOpener, sharedSecret } from "./server_secrets.ts";

/** What a server has shown of itself before anybody trusted it. */
export interface ServerShown {
  /** `hello`: it shook hands as far as was looked. Else how it ended before that. */
  readonly ended: "hello" | "alert" | "closed" | "foreign" | "broken";
  /** `TLS 1.2`. */
  readonly version?: string;
  readonly cipher?: Cipher;
  /** DER, as they were sent: the server's own first. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  /** Where it asks for a client's certificate: the names of those who may have signed it; none: anybody. */
  readonly clientAuthorities?: readonly string[];
  /** `handshake_failure`, where it ended with one. */
  readonly alert?: string;
  /** What came instead of TLS, the beginning of it. */
  readonly foreign?: Uint8Array;
}

/**
 * Shakes hands with a server up to what it shows of itself (RFC 8446, RFC 5246), trusting nothing and proving nothing,
 * and leaves. Rejects where the connection does.
 */
export async function inspectServer(connection: Connection, hello: ClientHello): Promise<ServerShown> {
  const flight = new Flight(hello);
  await connection.write(record(hello.message));
  const records = new RecordReader(connection);
  for (;;) {
    const next = await records.next();
    if (next === null) return flight.shown("closed");
    if ("foreign" in next) return { ...flight.shown("foreign"), foreign: next.foreign };
    try {
      const ended = flight.take(next);
      if (ended) return ended;
    } catch {
      return flight.shown("broken");
    }
  }
}

/** A record around our hello. Its version is the oldest: some servers look no further otherwise. */
function record(message: Uint8Array): Uint8Array {
  return Uint8Array.from([TYPES.handshake, 3, 1, message.length >> 8, message.length & 0xff, ...message]);
}

const TYPES = { changeCipher: 20, alert: 21, handshake: 22, sealed: 23 } as const;

interface TlsRecord {
  readonly type: number;
  readonly header: Uint8Array;
  readonly content: Uint8Array;
}

/** Reads records from a connection. */
class RecordReader {
  readonly #connection: Connection;
  #unread = new Uint8Array();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The next record, what came instead, or `null` at the end. */
  async next(): Promise<TlsRecord | { readonly foreign: Uint8Array } | null> {
    for (;;) {
      const [type, major, , high, low] = this.#unread;
      if (type !== undefined && !(type >= 20 && type <= 23 && (major ?? 3) === 3)) {
        return { foreign: this.#unread.subarray(0, FOREIGN_BYTES_MAX) };
      }
      const end = low === undefined ? Infinity : HEADER_BYTES + high * 256 + low;
      if (this.#unread.length >= end) {
        const whole = this.#unread.subarray(0, end);
        this.#unread = this.#unread.subarray(end);
        return { type, header: whole.subarray(0, HEADER_BYTES), content: whole.subarray(HEADER_BYTES) };
      }
      const piece = new Uint8Array(16_384);
      const count = await this.#connection.read(piece);
      if (count === null) return null;
      const grown = new Uint8Array(this.#unread.length + count);
      grown.set(this.#unread);
      grown.set(piece.subarray(0, count), this.#unread.length);
      this.#unread = grown;
    }
  }
}

const HEADER_BYTES = 5;
const FOREIGN_BYTES_MAX = 64;

/** More messages than this are no chain of a server's: it is not believed to end. */
const FLIGHT_BYTES_MAX = 256 * 1024;

/** What a server says in its first flight, put together. */
class Flight {
  readonly #hello: ClientHello;
  #open: OpenRecord | undefined;
  #messages = new Uint8Array();
  #bytes = 0;
  #version: number | undefined;
  #cipher: Cipher | undefined;
  #chain: readonly Uint8Array<ArrayBuffer>[] = [];
  #clientAuthorities: readonly string[] | undefined;
  #alert: string | undefined;

  constructor(hello: ClientHello) {
    this.#hello = hello;
  }

  shown(ended: ServerShown["ended"]): ServerShown {
    const version = this.#version;
    return {
      ended,
      chain: this.#chain,
      ...(version === undefined
        ? {}
        : { version: versions.get(version) ?? `version ${version.toString(16)}` }),
      ...(this.#cipher === undefined ? {} : { cipher: this.#cipher }),
      ...(this.#clientAuthorities === undefined ? {} : { clientAuthorities: this.#clientAuthorities }),
      ...(this.#alert === undefined ? {} : { alert: this.#alert }),
    };
  }

  /** Takes a record in; what was shown, once that is all. Throws where it breaks the rules. */
  take({ type, header, content }: TlsRecord): ServerShown | undefined {
    if (type === TYPES.changeCipher) return undefined;
    if (type === TYPES.sealed) {
      if (!this.#open) throw new TypeError("Cannot read record: sealed too early");
      const inner = this.#open(header, content);
      const end = inner.findLastIndex((byte) => byte !== 0);
      return this.#takePlain(inner[end], inner.subarray(0, end));
    }
    return this.#takePlain(type, content);
  }

  #takePlain(type: number, content: Uint8Array): ServerShown | undefined {
    if (type === TYPES.alert) {
      const [level, description] = content;
      // unrecognized_name may come as a warning, before the server goes on all the same.
      if (level === 1 && description !== 0) return undefined;
      this.#alert = alerts.get(description) ?? `number ${description}`;
      return this.shown("alert");
    }
    this.#bytes += content.length;
    if (type !== TYPES.handshake || this.#bytes > FLIGHT_BYTES_MAX) {
      throw new TypeError("Cannot read record: no handshake");
    }
    this.#messages = Uint8Array.from([...this.#messages, ...content]);
    for (;;) {
      const [kind, a, b, c] = this.#messages;
      const end = c === undefined ? Infinity : 4 + a * 65_536 + b * 256 + c;
      if (this.#messages.length < end) return undefined;
      const message = this.#messages.subarray(0, end);
      this.#messages = this.#messages.subarray(end);
      if (this.#understand(kind, message)) return this.shown("hello");
    }
  }

  /** True where it was the last that says something of the server. */
  #understand(kind: number, message: Uint8Array): boolean {
    const body = new ByteReader(message.subarray(4));
    const isNew = this.#version === 0x0304;
    switch (kind) {
      case 2:
        return this.#serverHello(body, message);
      case 11:
        if (isNew) body.vector(1);
        this.#chain = certificatesOf(body.vector(3), isNew);
        return false;
      case 13:
        this.#clientAuthorities = authoritiesOf(body, this.#version ?? 0);
        return false;
      // ServerHelloDone, and Finished of TLS 1.3.
      case 14:
      case 20:
        return true;
      default:
        return false;
    }
  }

  #serverHello(body: ByteReader, message: Uint8Array): boolean {
    this.#version = body.number(2);
    const random = body.take(32);
    body.vector(1);
    this.#cipher = ciphers.get(body.number(2));
    body.number(1);
    const extensions = body.left > 0 ? extensionsOf(body.vector(2)) : new Map<number, ByteReader>();
    this.#version = extensions.get(43)?.number(2) ?? this.#version;
    if (this.#version !== 0x0304) return false;
    const share = extensions.get(51);
    const key = this.#hello.keys.get(share?.number(2) ?? 0);
    // It wants to be asked in another way: which version and cipher it speaks is known now, and no more.
    if (random.every((byte, at) => byte === RETRY[at]) || !share || !key || !this.#cipher?.schedule) {
      return true;
    }
    const shared = sharedSecret(key, share.vector(2).rest());
    this.#open = recordOpener(this.#cipher.schedule, shared, [this.#hello.message, message]);
    return false;
  }
}

/** The random of a HelloRetryRequest (RFC 8446 section 4.1.3). */
const RETRY = Uint8Array.fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

function extensionsOf(list: ByteReader): Map<number, ByteReader> {
  const found = new Map<number, ByteReader>();
  while (list.left > 0) found.set(list.number(2), list.vector(2));
  return found;
}

function certificatesOf(list: ByteReader, haveExtensions: boolean): readonly Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  while (list.left > 0) {
    found.push(list.vector(3).rest().slice());
    if (haveExtensions) list.vector(2);
  }
  return found;
}

/** Names of CAs in a CertificateRequest: RFC 8446 section 4.2.4, RFC 5246 section 7.4.4. */
function authoritiesOf(body: ByteReader, version: number): readonly string[] {
  body.vector(1);
  if (version === 0x0304) return namesOf(extensionsOf(body.vector(2)).get(47)?.vector(2));
  if (version === 0x0303) body.vector(2);
  return namesOf(body.left > 0 ? body.vector(2) : undefined);
}

function namesOf(list: ByteReader = new ByteReader(new Uint8Array())): readonly string[] {
  const names: string[] = [];
  while (list.left > 0) names.push(readName(list.vector(2).rest()));
  return names;
}
