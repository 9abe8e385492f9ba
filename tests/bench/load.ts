/**
 * Traffic for the benchmarks: an MLLP sender that keeps every connection busy, and a receiver that says AA. Both share the
 * processor with what is measured, and so do as little as they can: bytes are not made into text.
 */
import { dial, type Dialled, type Identified, writeAll } from "./dial.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");
const FS = 0x1c, CR = 0x0d, PIPE = "|".charCodeAt(0), ZERO = "0".charCodeAt(0);
const FILLER = "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F|||202602150730\r".repeat(12);

/** Digits of a control id, behind its B. */
const DIGITS = 9;
const TEMPLATE = encoder.encode(
  `\x0bMSH|^~\\&|ANALYSER|LAB|EHR|HOSPITAL|20260215073012||ORU^R01^ORU_R01|B${"0".repeat(DIGITS)}|P|2.5.1\r` +
    `PID|1||4000^^^HOSPITAL^MR||EXAMPLE^ANN^Q||19700203|F\r${FILLER}\x1c\r`,
);
const CONTROL_ID_AT = placeOf("|B0") + 2;
const PATIENT_AT = placeOf("||4000^") + 2;

/** An ORU^R01 of about 1 kB, framed. Patients are 500. `into`: another message, which becomes this one. */
export function message(number: number, into = TEMPLATE.slice()): Uint8Array<ArrayBuffer> {
  writeDigits(into, CONTROL_ID_AT, DIGITS, number);
  writeDigits(into, PATIENT_AT, 4, 4000 + number % 500);
  return into;
}

/** MSH-10 of a {@linkcode message}. */
export function controlIdOf(number: number): string {
  return `B${String(number).padStart(DIGITS, "0")}`;
}

/** An ORU^R01 of about so many bytes, framed: most of it is one observation. */
export function document(bytes: number, number: number): Uint8Array {
  const head =
    `\x0bMSH|^~\\&|SCANNER|ARCHIVE|EHR|HOSPITAL|20260215073012||ORU^R01^ORU_R01|D${number}|P|2.5.1\r` +
    "PID|1||4000^^^HOSPITAL^MR\rOBX|1|ED|11502-2^REPORT^LN||^AP^PDF^Base64^";
  const made = new Uint8Array(bytes).fill("Q".charCodeAt(0));
  made.set(encoder.encode(head));
  made.set(encoder.encode("||||||F\r\x1c\r"), bytes - 10);
  return made;
}

/** What a run of {@linkcode send} showed. */
export interface Sent {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** How {@linkcode send} sends. */
export interface Sending {
  /** Number of the first message. */
  readonly first?: number;
  /** Nothing more is sent after this time. */
  readonly msMax?: number;
  /** A connection for each message. */
  readonly anew?: boolean;
  /** Speaks TLS; plain TCP where left out. */
  readonly tls?: Identified;
  /** What a message is wrapped in: MLLP where left out. */
  readonly over?: () => Exchange;
}

/** One message and its answer on a connection that is there. Rejects where it is not accepted. */
export type Exchange = (socket: Dialled, number: number) => Promise<void>;

/**
 * Sends `count` messages over some connections, to the ports in turn, each message waiting for the answer to the one before
 * it; checks every answer.
 */
export async function send(
  ports: number | readonly number[],
  connections: number,
  count: number,
  { first = 0, msMax = Infinity, anew = false, tls, over = overMllp }: Sending = {},
): Promise<Sent> {
  const all = typeof ports === "number" ? [ports] : ports;
  let next = first;
  const end = first + count;
  const tookMs: number[] = [];
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: connections }, async (_, at) => {
    const port = all[at % all.length];
    let socket: Dialled | undefined;
    const exchange = over();
    while (next < end && performance.now() - startedMs < msMax) {
      const number = next++;
      const sentMs = performance.now();
      socket ??= await dial(port, tls, anew);
      await exchange(socket, number);
      tookMs.push(performance.now() - sentMs);
      if (!anew) continue;
      socket.close();
      socket = undefined;
    }
    socket?.close();
  }));
  const allMs = performance.now() - startedMs;
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.min(tookMs.length - 1, Math.floor(share * tookMs.length))];
  const perSecond = tookMs.length / allMs * 1000;
  return { count: tookMs.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}

function overMllp(): Exchange {
  const bytes = message(0);
  const into = new Uint8Array(4096);
  return async (socket, number) => {
    await writeAll(socket, message(number, bytes));
    let length = 0;
    while (length < 2 || into[length - 2] !== FS) {
      const n = await socket.read(into.subarray(length));
      if (n === null) throw new Error(`no answer to message ${number}`);
      length += n;
    }
    if (!isAccepted(into.subarray(0, length), bytes)) throw new Error(`message ${number} was not accepted`);
  };
}

/** Sends one message and waits until it is accepted. */
export async function sendOne(port: number, bytes: Uint8Array): Promise<void> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(socket, bytes);
  const into = new Uint8Array(4096);
  const n = await socket.read(into);
  if (n === null || !decoder.decode(into.subarray(0, n)).includes("\rMSA|AA|")) {
    throw new Error("a message was not accepted");
  }
}

/** Posts `count` messages as bodies of a content type, some at once, and checks that each is taken. */
export async function post(
  url: string,
  contentType: string,
  atOnce: number,
  count: number,
  first = 0,
): Promise<void> {
  let next = first;
  const end = first + count;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < end) {
      const body = message(next++).subarray(1, -2);
      const answer = await fetch(url, { method: "POST", body, headers: { "content-type": contentType } });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`a message was not accepted: ${answer.status}`);
    }
  }));
}

/** An MLLP receiver that answers AA and counts. */
export class Receiver {
  #gate: PromiseWithResolvers<void> | undefined;
  readonly #msEach: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets = new Set<Deno.TcpConn>();
  #count = 0;
  #waiting: { count: number; resolve(): void }[] = [];

  /** `msEach`: how long each message takes on its connection. */
  constructor(msEach = 0) {
    this.#msEach = msEach;
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  get count(): number {
    return this.#count;
  }

  /** Answers nothing until {@linkcode Receiver.open}. */
  shut(): void {
    this.#gate ??= Promise.withResolvers();
  }

  open(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Resolves when so many messages have come since the start. */
  reached(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  close(): void {
    this.#listener.close();
    for (const socket of this.#sockets) socket.close();
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      this.#sockets.add(socket);
      this.#serve(socket).catch(() => {}).finally(() => this.#sockets.delete(socket));
    }
  }

  async #serve(socket: Deno.TcpConn): Promise<void> {
    socket.setNoDelay(true);
    const into = new Uint8Array(65536);
    const heads = new Heads();
    for (;;) {
      const n = await socket.read(into);
      await this.#gate?.promise;
      if (n === null) return;
      const ended = heads.read(into.subarray(0, n));
      if (ended.length === 0) continue;
      if (this.#msEach > 0) await new Promise((resolve) => setTimeout(resolve, this.#msEach * ended.length));
      this.#count += ended.length;
      await writeAll(socket, encoder.encode(ended.map(answerTo).join("")));
      this.#waiting = this.#waiting.filter(({ count, resolve }) => this.#count < count || resolve());
    }
  }
}

/** The answers that are due once the next piece of a stream of frames has come; empty where none is. */
export function answering(): (piece: Uint8Array) => string {
  const heads = new Heads();
  return (piece) => heads.read(piece).map(answerTo).join("");
}

/** Finds where frames end, and keeps of each only what it begins with. */
class Heads {
  readonly #head = new Uint8Array(256);
  #length = 0;
  #endsWithFs = false;

  /** The first bytes of each frame that ends in the next piece. */
  read(piece: Uint8Array): Uint8Array[] {
    const ended: Uint8Array[] = [];
    let from = 0;
    if (this.#endsWithFs && piece[0] === CR) {
      ended.push(this.#take());
      from = 1;
    }
    for (let at = piece.indexOf(FS, from); at >= 0; at = piece.indexOf(FS, at + 1)) {
      if (piece[at + 1] !== CR) continue;
      this.#keep(piece.subarray(from, at));
      ended.push(this.#take());
      from = at + 2;
    }
    this.#keep(piece.subarray(from));
    this.#endsWithFs = piece[piece.length - 1] === FS;
    return ended;
  }

  #keep(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#head.length - this.#length);
    this.#head.set(kept, this.#length);
    this.#length += kept.length;
  }

  #take(): Uint8Array {
    const head = this.#head.slice(0, this.#length);
    this.#length = 0;
    return head;
  }
}

function answerTo(head: Uint8Array): string {
  let from = 0;
  for (let field = 0; field < 9; field++) from = head.indexOf(PIPE, from) + 1;
  const controlId = decoder.decode(head.subarray(from, head.indexOf(PIPE, from)));
  return `\x0bMSH|^~\\&|R|R|||20260215||ACK|${controlId}|P|2.5.1\rMSA|AA|${controlId}\r\x1c\r`;
}

/** True for an answer that ends in `MSA|AA|` and the control id of the message. */
function isAccepted(answer: Uint8Array, sent: Uint8Array): boolean {
  const says = decoder.decode(answer.subarray(answer.lastIndexOf(CR, answer.length - 4) + 1, -3));
  return says === `MSA|AA|B${decoder.decode(sent.subarray(CONTROL_ID_AT, CONTROL_ID_AT + DIGITS))}`;
}

function placeOf(text: string): number {
  return decoder.decode(TEMPLATE).indexOf(text);
}

function writeDigits(into: Uint8Array, at: number, digits: number, number: number): void {
  for (let place = at + digits - 1; place >= at; place--) {
    into[place] = ZERO + number % 10;
    number = Math.floor(number / 10);
  }
}
