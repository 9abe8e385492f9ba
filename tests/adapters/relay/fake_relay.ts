import { verify } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Clock } from "../../../runtime/contract/world.ts";
import type { TestIdentity } from "./relay_identity.ts";

/** A frame in a mailbox. */
export interface StoredFrame {
  readonly to: string;
  readonly from: string;
  readonly kind: "m" | "r";
  readonly bytes: Uint8Array;
}

interface Kept extends StoredFrame {
  readonly sequence: number;
  deliveries: number;
  /** Out with a consumer, and not acknowledged. */
  isOut: boolean;
  over(how: Fate): void;
}

/** What its consumer did with a frame; `lost`: it left without a word. */
export type Fate = "acknowledged" | "putBack" | "terminated" | "lost";

interface Asked {
  readonly client: Client;
  readonly queue: string;
  readonly reply: string;
  left: number;
}

/**
 * A relay in the test's hand: as much of a NATS server with JetStream as gateways use, which may be made to do what no
 * relay should.
 */
export class FakeRelay implements AsyncDisposable {
  version = "2.15.1";
  stream: Record<string, unknown> = {
    retention: "workqueue",
    discard: "new",
    storage: "file",
    metadata: { "mitral.sync": "always" },
  };
  maxPayload = 4 * 1024 * 1024;
  /** What becomes of a frame that is sent: none for one that is dropped, two for one that is doubled. */
  meddle: (frame: StoredFrame) => readonly StoredFrame[] | Promise<readonly StoredFrame[]> = (
    frame,
  ) => [frame];
  /** What is answered to who sends a frame, in place of that it was stored. */
  answer: (frame: StoredFrame) => unknown = () => undefined;
  /** Everything that was sent, in order. */
  readonly sent: StoredFrame[] = [];
  readonly #clock: Clock;
  readonly #known: readonly TestIdentity[];
  readonly #clients = new Set<Client>();
  readonly #kept = new Map<number, Kept>();
  readonly #asked: Asked[] = [];
  readonly #ids = new Set<string>();
  readonly #taken = new Map<string, StoredFrame[]>();
  readonly #watchers = new Set<() => void>();
  #listener: Deno.TcpListener;
  #accepting: Promise<void>;
  #sequence = 0;
  readonly port: number;

  constructor(clock: Clock, known: readonly TestIdentity[]) {
    this.#clock = clock;
    this.#known = known;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** How many gateways are signed in. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Goes away, with every connection. What is stored stays. */
  async stop(): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#accepting;
  }

  start(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#accepting = this.#accept();
  }

  /** Cuts every connection. */
  cut(): void {
    for (const client of [...this.#clients]) client.close();
  }

  /** Puts a frame into a mailbox; resolves with what its consumer did with it. */
  put(frame: StoredFrame): Promise<Fate> {
    return new Promise((resolve) => {
      const sequence = ++this.#sequence;
      this.#kept.set(sequence, { ...frame, sequence, deliveries: 0, isOut: false, over: resolve });
      this.#deliver();
    });
  }

  /** The next frame of a mailbox that nobody but the test reads. */
  async next(to: string, kind: "m" | "r"): Promise<StoredFrame> {
    for (;;) {
      const frame = this.#taken.get(`${to} ${kind}`)?.shift();
      if (frame) return frame;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Mailboxes that the test reads in place of a gateway. */
  readonly own = new Set<string>();

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#listener.close();
    } catch {
      // It was stopped.
    }
    this.cut();
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      const client: Client = new Client(socket, (subject, reply, bytes, id) => {
        void this.#publish(client, { subject, reply, bytes, id });
      }, () => {
        this.#clients.delete(client);
        for (const asked of this.#asked.splice(0)) if (asked.client !== client) this.#asked.push(asked);
        for (const kept of this.#kept.values()) {
          if (kept.isOut && client.out.has(kept.sequence)) this.#return(kept, "lost");
        }
        this.#deliver();
      });
      this.#clients.add(client);
      client.greet({ version: this.version, maxPayload: this.maxPayload }, this.#known);
    }
  }

  async #publish(
    client: Client,
    { subject, reply, bytes, id }: {
      subject: string;
      reply: string;
      bytes: Uint8Array;
      id: string | undefined;
    },
  ): Promise<void> {
    const words = subject.split("."), from = client.identity!.mailbox;
    if (subject.startsWith("relay.send.")) {
      const frame = { to: words[2], from, kind: words[3] as "m" | "r", bytes };
      this.sent.push(frame);
      if (!this.#known.some(({ mailbox }) => mailbox === frame.to)) {
        return client.say(`-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`);
      }
      const answer = this.answer(frame);
      if (answer !== undefined) return client.send(reply, JSON.stringify(answer));
      if (id === undefined || !this.#ids.has(id)) {
        if (id !== undefined) this.#ids.add(id);
        for (const each of await this.meddle(frame)) this.#store(each);
      }
      return client.send(reply, JSON.stringify({ stream: `MBX_${frame.to}`, seq: this.#sequence }));
    }
    if (subject.startsWith("$JS.API.STREAM.INFO.")) {
      client.send(reply, JSON.stringify({ error: { code: 503, err_code: 10039 } }));
      return client.send(reply, JSON.stringify({ config: this.stream }));
    }
    if (subject.startsWith("$JS.API.CONSUMER.INFO.")) {
      return client.send(reply, JSON.stringify({ config: { ack_policy: "explicit", ack_wait: 30e9 } }));
    }
    if (subject.startsWith("$JS.API.CONSUMER.MSG.NEXT.")) {
      const { batch } = JSON.parse(new TextDecoder().decode(bytes)) as { batch: number };
      this.#asked.push({ client, queue: words[6], reply, left: batch });
      return this.#deliver();
    }
    if (subject.startsWith("$JS.ACK.")) return this.#acknowledge(client, { words, reply, bytes });
  }

  #store(frame: StoredFrame): void {
    if (!this.own.has(frame.to)) return void this.put(frame);
    const key = `${frame.to} ${frame.kind}`;
    this.#taken.set(key, [...this.#taken.get(key) ?? [], frame]);
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const tell of watchers) tell();
  }

  #acknowledge(
    client: Client,
    { words, reply, bytes }: { words: readonly string[]; reply: string; bytes: Uint8Array },
  ): void {
    const kept = this.#kept.get(Number(words[5])), said = new TextDecoder().decode(bytes);
    if (reply) client.send(reply, "");
    if (!kept || said === "+WPI") return;
    client.out.delete(kept.sequence);
    if (said.startsWith("-NAK")) {
      const { delay } = JSON.parse(said.slice(4) || "{}") as { delay?: number };
      kept.over("putBack");
      this.#clock.after((delay ?? 0) / 1e6, () => {
        kept.isOut = false;
        this.#deliver();
      });
      return;
    }
    this.#kept.delete(kept.sequence);
    kept.over(said === "+TERM" ? "terminated" : "acknowledged");
  }

  #return(kept: Kept, how: Fate): void {
    kept.isOut = false;
    kept.over(how);
  }

  #deliver(): void {
    for (const kept of [...this.#kept.values()].sort((a, b) => a.sequence - b.sequence)) {
      if (kept.isOut) continue;
      const { to, from, kind, sequence } = kept;
      const queue = kind === "m" ? "messages" : "receipts";
      const asked = this.#asked.find((each) => each.queue === queue && each.client.identity?.mailbox === to);
      if (!asked) continue;
      kept.isOut = true;
      kept.deliveries++;
      asked.client.out.add(sequence);
      if (--asked.left === 0) this.#asked.splice(this.#asked.indexOf(asked), 1);
      const ack = `$JS.ACK.MBX_${to}.${queue}.${kept.deliveries}.${sequence}.${sequence}.0.0`;
      asked.client.send(asked.reply, kept.bytes, { subject: `mbx.${to}.${from}.${kind}`, ack });
    }
  }
}

type Published = (subject: string, reply: string, bytes: Uint8Array, id: string | undefined) => void;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** One gateway's connection. */
class Client {
  identity: TestIdentity | undefined;
  /** Frames it has and did not acknowledge, by sequence. */
  readonly out = new Set<number>();
  readonly #socket: Deno.Conn;
  readonly #nonce = crypto.randomUUID();
  readonly #subscribed = new Map<string, string>();
  readonly #published: Published;
  readonly #left: () => void;
  #known: readonly TestIdentity[] = [];
  #unread = new Uint8Array();
  #writing: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(socket: Deno.Conn, published: Published, left: () => void) {
    [this.#socket, this.#published, this.#left] = [socket, published, left];
    void this.#read();
  }

  greet(
    { version, maxPayload }: { version: string; maxPayload: number },
    known: readonly TestIdentity[],
  ): void {
    this.#known = known;
    const info = { version, max_payload: maxPayload, nonce: this.#nonce, headers: true, auth_required: true };
    this.say(`INFO ${JSON.stringify(info)}\r\n`);
  }

  /** Sends to who has subscribed to an inbox. */
  send(
    inbox: string,
    data: Uint8Array | string,
    { subject = inbox, ack = "" }: { subject?: string; ack?: string } = {},
  ): void {
    const sid = [...this.#subscribed].find(([pattern]) =>
      pattern === inbox || pattern.endsWith(".*") && inbox.startsWith(pattern.slice(0, -1))
    )?.[1];
    if (sid === undefined) return;
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    const head = encoder.encode(`MSG ${subject} ${sid} ${ack} ${bytes.length}\r\n`);
    this.say(new Uint8Array([...head, ...bytes, 13, 10]));
  }

  say(what: Uint8Array | string): void {
    const bytes = typeof what === "string" ? encoder.encode(what) : what;
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
    }).catch(() => this.close());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#left();
  }

  async #read(): Promise<void> {
    const into = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#socket.read(into);
        if (count === null) break;
        this.#unread = Buffer.concat([this.#unread, into.subarray(0, count)]) as Uint8Array<ArrayBuffer>;
        while (this.#step());
      }
    } catch {
      // It was cut.
    }
    this.close();
  }

  /** Takes one line, with what belongs to it; false where it is not all there. */
  #step(): boolean {
    const end = this.#unread.indexOf(10);
    if (end < 0) return false;
    const [verb, ...words] = decoder.decode(this.#unread.subarray(0, end)).trim().split(" ");
    const size = verb === "PUB" || verb === "HPUB" ? Number(words.at(-1)) + 2 : 0;
    if (this.#unread.length < end + 1 + size) return false;
    const payload = this.#unread.slice(end + 1, end + 1 + Math.max(size - 2, 0));
    this.#unread = this.#unread.slice(end + 1 + size);
    this.#hear(verb, words, payload);
    return true;
  }

  #hear(verb: string, words: readonly string[], payload: Uint8Array): void {
    if (verb === "CONNECT") return this.#signIn(words.join(" "));
    if (verb === "PING") return this.say("PONG\r\n");
    if (verb === "SUB") return void this.#subscribed.set(words[0], words.at(-1)!);
    if (!this.identity) return;
    if (verb === "PUB") this.#published(words[0], words.length > 2 ? words[1] : "", payload, undefined);
    if (verb !== "HPUB") return;
    const head = Number(words.at(-2));
    const id = /Nats-Msg-Id: (\S+)/.exec(decoder.decode(payload.subarray(0, head)))?.[1];
    this.#published(words[0], words.length > 3 ? words[1] : "", payload.slice(head), id);
  }

  #signIn(text: string): void {
    const { nkey, sig } = JSON.parse(text) as { nkey: string; sig: string };
    const identity = this.#known.find(({ user }) => user === nkey);
    const isSigned = identity && verify(
      null,
      encoder.encode(this.#nonce),
      createPublicKey({
        key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(identity.publicBytes).toString("base64url") },
        format: "jwk",
      }),
      Buffer.from(sig, "base64url"),
    );
    if (isSigned) this.identity = identity;
    else this.say("-ERR 'Authorization Violation'\r\n");
  }
}
