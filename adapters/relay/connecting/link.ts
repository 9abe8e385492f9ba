import { Kind, MsgHdrsImpl, Parser, type ParserEvent } from "@nats-io/nats-core/internal";
import type { RelayIdentity } from "../../../runtime/contract/adapter.ts";
import type { Clock, Connection, Random } from "../../../runtime/contract/world.ts";
import { signIn } from "./sign_in.ts";

/** What comes from the relay. */
export interface LinkMessage {
  readonly subject: string;
  /** Where an answer goes; empty where none is wanted. */
  readonly reply: string;
  /** What the relay says instead of a message: 503, nobody listens; 404, 408, 409: a pull is over; 0 for a message. */
  readonly status: number;
  readonly data: Uint8Array;
}

/** What the relay says of itself at once (INFO of the NATS client protocol). */
export interface Greeting {
  readonly version: string;
  readonly maxPayload: number;
}

/**
 * What went wrong with a link. `broken`: what came is no NATS, or too much of it. `refused`: the relay does not let us in.
 * `denied`: it does not let us speak there; the link is as good as before.
 */
export type LinkTrouble = "late" | "lost" | "broken" | "refused" | "denied";

/** Why a link gave no answer. */
export class LinkError extends Error {
  constructor(readonly trouble: LinkTrouble, cause?: unknown) {
    super(trouble, { cause });
  }
}

/** What a link needs. */
export interface LinkTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: RelayIdentity;
  /** How long an answer may take. */
  readonly answerMsMax: number;
}

/** A relay that says nothing is asked whether it is there; twice without an answer, and it is not. */
const PING_MS = 30_000;
const PINGS_MAX = 2;
const READ_BYTES = 64 * 1024;
/** What may come before it makes sense: the largest message NATS allows (64 MiB) is far more than any that is asked for. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
/** What a server says of itself is the longest line: the addresses of a large cluster. */
const LINE_BYTES_MAX = 64 * 1024;
const encoder = new TextEncoder(), decoder = new TextDecoder();

type Handler = (message: LinkMessage) => void;

/** What was asked and not answered. */
interface Question {
  readonly subject: string;
  answer(message: LinkMessage): void;
  fail(error: LinkError): void;
}

/** How something is asked. */
export interface Asking {
  /** The relay stores a frame under one id once (`Nats-Msg-Id`). */
  readonly id?: string;
  /** False for an answer that is not the one. */
  isMeant?(message: LinkMessage): boolean;
}

/**
 * One connection to a relay: the NATS client protocol, by the parser of NATS's own client. That client itself is not
 * used, since it has a network and timers of its own.
 *
 * Source: https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export class Link {
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #inbox: string;
  readonly #parser = new Parser({ push: (event) => this.#take(event as ParserEvent) });
  readonly #handlers = new Map<number, Handler>();
  readonly #asked = new Map<string, Question>();
  readonly #done = Promise.withResolvers<LinkError | undefined>();
  readonly #greeting = Promise.withResolvers<Greeting & { readonly nonce: string }>();
  #pong = Promise.withResolvers<void>();
  #unwritten: Uint8Array[] = [];
  #isWriting = false;
  #isOpen = true;
  #maxPayload = 0;
  #sids = 0;
  #tokens = 0;
  #pings = 0;
  #unread = 0;
  #stopPinging = () => {};

  private constructor(connection: Connection, tools: LinkTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#inbox = `_INBOX.${tools.random.bytes(12).toHex()}`;
    this.#greeting.promise.catch(() => {});
    this.#pong.promise.catch(() => {});
    void this.#read();
  }

  /**
   * Signs in over a connection. Rejects with a `LinkError`: `refused` where the relay does not know us. `checked` is called
   * with the relay's greeting before anything is said to it.
   */
  static async open(
    connection: Connection,
    tools: LinkTools,
    checked: (greeting: Greeting) => void,
  ): Promise<Link> {
    const link = new Link(connection, tools);
    try {
      const greeting = await link.#greeting.promise;
      checked(greeting);
      link.#maxPayload = greeting.maxPayload;
      link.#say(`CONNECT ${JSON.stringify(connectOptions(tools.identity, greeting.nonce))}\r\nPING\r\n`);
      await link.#pong.promise;
    } catch (cause) {
      link.close();
      throw cause;
    }
    link.#subscribe(`${link.#inbox}.*`, (message) => link.#asked.get(message.subject)?.answer(message));
    link.#ping();
    return link;
  }

  /** Resolves once it is closed: with nothing where we closed it. */
  get done(): Promise<LinkError | undefined> {
    return this.#done.promise;
  }

  /** Bytes of the largest message the relay takes, its headers among them. */
  get maxPayload(): number {
    return this.#maxPayload;
  }

  /** False once it is of no use. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends bytes to a subject; they are lost where the link is. */
  publish(
    subject: string,
    data: Uint8Array | string,
    { reply = "", id }: { reply?: string; id?: string } = {},
  ): void {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (id === undefined) {
      this.#say(`PUB ${subject} ${reply} ${bytes.length}\r\n`, bytes, "\r\n");
    } else {
      const head = `NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`;
      this.#say(
        `HPUB ${subject} ${reply} ${head.length} ${head.length + bytes.length}\r\n${head}`,
        bytes,
        "\r\n",
      );
    }
  }

  /** Publishes, and resolves with the answer. Rejects with a `LinkError`. */
  request(subject: string, data: Uint8Array | string, asking: Asking = {}): Promise<LinkMessage> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(new LinkError("lost"));
      const reply = `${this.#inbox}.${++this.#tokens}`;
      const end = () => {
        stopTimer();
        this.#asked.delete(reply);
      };
      const answer = (message: LinkMessage) => {
        if (message.status === 0 && asking.isMeant?.(message) === false) return;
        end();
        resolve(message);
      };
      const fail = (error: LinkError) => {
        end();
        reject(error);
      };
      const stopTimer = this.#tools.clock.after(this.#tools.answerMsMax, () => fail(new LinkError("late")));
      this.#asked.set(reply, { subject, answer, fail });
      this.publish(subject, data, { ...asking, reply });
    });
  }

  /** An inbox of its own, for what comes in answer to pulls. */
  inbox(handler: Handler): { readonly subject: string; close(): void } {
    const subject = `${this.#inbox}p.${++this.#tokens}`;
    const sid = this.#subscribe(subject, handler);
    return {
      subject,
      close: () => {
        if (this.#handlers.delete(sid)) this.#say(`UNSUB ${sid}\r\n`);
      },
    };
  }

  /** Closes it. What is asked and not answered rejects. */
  close(error?: LinkError): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopPinging();
    this.#connection.close();
    this.#done.resolve(error);
    const reason = error ?? new LinkError("lost");
    this.#greeting.reject(reason);
    this.#pong.reject(reason);
    for (const { fail } of [...this.#asked.values()]) fail(reason);
  }

  #subscribe(subject: string, handler: Handler): number {
    const sid = ++this.#sids;
    this.#handlers.set(sid, handler);
    this.#say(`SUB ${subject} ${sid}\r\n`);
    return sid;
  }

  #ping(): void {
    this.#stopPinging = this.#tools.clock.after(PING_MS, () => {
      if (this.#pings++ >= PINGS_MAX) return this.close(new LinkError("late"));
      this.#say("PING\r\n");
      this.#ping();
    });
  }

  async #read(): Promise<void> {
    const into = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#connection.read(into);
        if (count === null) return this.close(new LinkError("lost"));
        this.#unread += count;
        this.#parser.parse(into.subarray(0, count));
        const isTooLong = (this.#parser.argBuf?.length ?? 0) > LINE_BYTES_MAX;
        if (isTooLong || this.#unread > UNREAD_BYTES_MAX) return this.close(new LinkError("broken"));
      }
    } catch (cause) {
      // What the parser throws quotes what it read: it goes no further.
      const isNet = typeof (cause as { code?: unknown }).code === "string";
      this.close(isNet ? new LinkError("lost", cause) : new LinkError("broken"));
    }
  }

  #take({ kind, data, msg }: ParserEvent): void {
    this.#unread = 0;
    switch (kind) {
      case Kind.MSG:
        return msg && data && this.#deliver(msg, data);
      case Kind.PING:
        return this.#say("PONG\r\n");
      case Kind.PONG:
        this.#pings = 0;
        return this.#pong.resolve();
      case Kind.INFO:
        return this.#greet(data!);
      case Kind.ERR:
        return this.#hearError(decoder.decode(data));
    }
  }

  #deliver(
    { subject, reply, sid, hdr }: NonNullable<ParserEvent["msg"]>,
    data: Uint8Array,
  ): void {
    this.#handlers.get(sid)?.({
      subject: decoder.decode(subject),
      reply: reply ? decoder.decode(reply) : "",
      status: hdr > 0 ? MsgHdrsImpl.decode(data.subarray(0, hdr)).code : 0,
      // A copy: what was read into is read into again.
      data: data.slice(Math.max(hdr, 0)),
    });
  }

  #greet(data: Uint8Array): void {
    const said: unknown = JSON.parse(decoder.decode(data));
    const { version, max_payload: maxPayload, nonce = "" } = said as Readonly<Record<string, unknown>>;
    if (typeof version !== "string" || typeof maxPayload !== "number" || typeof nonce !== "string") {
      return this.close(new LinkError("broken"));
    }
    // Later ones tell of other servers of a cluster, which nobody asked for.
    this.#greeting.resolve({ version, maxPayload, nonce });
  }

  /** Only what concerns the whole link closes it; the relay says of a subject, too, that it is not allowed. */
  #hearError(text: string): void {
    const denied = /^'?Permissions Violation for Publish to "([^"]*)"/i.exec(text)?.[1];
    for (const question of [...this.#asked.values()]) {
      if (question.subject === denied) question.fail(new LinkError("denied"));
    }
    if (/^'?Permissions Violation/i.test(text)) return;
    if (/authentication timeout/i.test(text)) return this.close(new LinkError("late"));
    this.close(new LinkError(/authori[sz]ation|authentication|revoked/i.test(text) ? "refused" : "lost"));
  }

  #say(...pieces: readonly (Uint8Array | string)[]): void {
    if (!this.#isOpen) return;
    for (const piece of pieces) {
      this.#unwritten.push(typeof piece === "string" ? encoder.encode(piece) : piece);
    }
    if (!this.#isWriting) void this.#write();
  }

  /** What is said within one turn goes out as one. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      await Promise.resolve();
      while (this.#unwritten.length > 0) await this.#connection.write(joined(this.#unwritten.splice(0)));
      this.#isWriting = false;
    } catch (cause) {
      this.close(new LinkError("lost", cause));
    }
  }
}

function connectOptions(identity: RelayIdentity, nonce: string) {
  return {
    verbose: false,
    pedantic: false,
    protocol: 1,
    lang: "mitral",
    version: "1",
    headers: true,
    no_responders: true,
    ...signIn(identity, nonce),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
