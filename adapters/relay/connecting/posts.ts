import type { RelayTools } from "../_errors.ts";
import type { ConnectingConfig } from "../_settings.ts";
import { encodeFrame, ENTRIES_MAX, type Entry, overheadOf, PARTS_MAX, roomIn } from "../framing/frame.ts";
import { longestWithin } from "../framing/padding.ts";
import { jsonOf, recordOf } from "./guard.ts";
import { LinkError, type LinkMessage } from "./link.ts";
import type { Line, Linked } from "./line.ts";

/** What is brought to a mailbox: a message, or the receipt for one. */
export interface Letter {
  /** The mailbox. */
  readonly to: string;
  readonly kind: "message" | "receipt";
  /** 16 bytes: what a receipt answers to. */
  readonly reference: Uint8Array;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Aborted where nobody waits for it any longer. */
  readonly signal: AbortSignal;
}

/** A letter on its way. */
interface Item extends Letter {
  /** Bytes of each part but the last; once the first has a frame. */
  partBytes: number;
  parts: number;
  /** Parts that have a frame. */
  framed: number;
  /** Parts that the relay has stored. */
  stored: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Frames to one mailbox on their way at once: while the relay syncs one, the next fills. */
const FLIGHTS_MAX = 2;
/** Times a frame is said over whose connection is lost before the relay has answered; it is stored once. */
const TRIES_MAX = 3;
const FRAME_BYTES_MAX = 4 * 1024 * 1024;
/** For the headers of a frame. */
const HEADER_BYTES = 128;
/** What JetStream says where a stream would grow beyond its limit and discards what is new. */
const STREAM_FULL = 10077;

/** What goes out by a line. What goes to one mailbox at the same time shares frames. */
export class Posts {
  readonly #line: Line;
  readonly #tools: RelayTools;
  readonly #config: ConnectingConfig;
  readonly #outboxes = new Map<string, Outbox>();

  constructor(line: Line, tools: RelayTools, config: ConnectingConfig) {
    [this.#line, this.#tools, this.#config] = [line, tools, config];
  }

  /**
   * Resolves once the relay has stored all of a letter; rejects with the signal's reason.
   *
   * Errors: those of a line, RELAY_ADDRESSEE_UNKNOWN, RELAY_MAILBOX_FULL, RELAY_FRAME_REFUSED, RELAY_ANSWER_LATE,
   * RELAY_ANSWER_BROKEN, RELAY_CONNECTION_LOST.
   */
  async post(letter: Letter): Promise<void> {
    const { to, kind, signal } = letter;
    signal.throwIfAborted();
    const subject = `relay.send.${to}.${kind === "message" ? "m" : "r"}`;
    let outbox = this.#outboxes.get(subject);
    if (!outbox) {
      const idle = () => void this.#outboxes.delete(subject);
      outbox = new Outbox({ line: this.#line, tools: this.#tools, config: this.#config, subject, to, idle });
      this.#outboxes.set(subject, outbox);
    }
    const done = Promise.withResolvers<void>();
    const giveUp = () => done.reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    outbox.add({ ...letter, partBytes: 0, parts: 0, framed: 0, stored: 0, done });
    await done.promise.finally(() => signal.removeEventListener("abort", giveUp));
  }
}

interface OutboxTools {
  readonly line: Line;
  readonly tools: RelayTools;
  readonly config: ConnectingConfig;
  readonly subject: string;
  readonly to: string;
  idle(): void;
}

/** What goes to one mailbox, in the order it came. */
class Outbox {
  readonly #of: OutboxTools;
  #queue: Item[] = [];
  #flights = 0;

  constructor(of: OutboxTools) {
    this.#of = of;
  }

  add(item: Item): void {
    this.#queue.push(item);
    this.#fly();
  }

  #fly(): void {
    if (this.#flights >= FLIGHTS_MAX || this.#queue.length === 0) return;
    this.#flights++;
    void this.#send().finally(() => {
      this.#flights--;
      if (this.#flights === 0 && this.#queue.length === 0) this.#of.idle();
      this.#fly();
    });
  }

  /** One frame, of what has gathered. */
  async #send(): Promise<void> {
    const { line, tools: { world } } = this.#of;
    // What is sent at the same time gets into one frame.
    await world.clock.turn();
    let linked: Linked;
    try {
      linked = await line.ready();
    } catch (cause) {
      for (const { done } of this.#queue.splice(0)) done.reject(cause);
      return;
    }
    const taken = this.#take(longestWithin(Math.min(linked.link.maxPayload - HEADER_BYTES, FRAME_BYTES_MAX)));
    if (taken.length === 0) return;
    // Those behind need not wait for this one.
    this.#fly();
    try {
      await this.#store(linked, encodeFrame(taken.map(({ entry }) => entry)), taken);
      for (const { item } of taken) if (++item.stored === item.parts) item.done.resolve();
    } catch (cause) {
      for (const { item } of taken) item.done.reject(cause);
      this.#queue = this.#queue.filter((item) => !taken.some((each) => each.item === item));
    }
  }

  #take(frameBytes: number): readonly { readonly item: Item; readonly entry: Entry }[] {
    const taken: { item: Item; entry: Entry }[] = [];
    const whole = roomIn(frameBytes);
    let room = whole;
    while (this.#queue.length > 0 && taken.length < ENTRIES_MAX) {
      const [item] = this.#queue, { signal, contentType, bytes, reference } = item;
      if (item.framed === 0) {
        item.partBytes = whole - overheadOf(contentType);
        item.parts = Math.max(Math.ceil(bytes.length / item.partBytes), 1);
      }
      const begin = item.framed * item.partBytes;
      const part = bytes.subarray(begin, begin + item.partBytes);
      const needed = overheadOf(contentType) + part.length;
      // A server that takes less than the one before may have been called between two parts.
      const isUnfit = needed > whole || item.parts > PARTS_MAX;
      if (isUnfit) item.done.reject(this.#of.tools.error("RELAY_FRAME_REFUSED", { code: "size" }));
      if (isUnfit || signal.aborted) {
        this.#queue.shift();
        continue;
      }
      if (needed > room) break;
      room -= needed;
      taken.push({
        item,
        entry: { reference, part: item.framed++, parts: item.parts, contentType, bytes: part },
      });
      if (item.framed === item.parts) this.#queue.shift();
    }
    return taken;
  }

  async #store(
    { link }: Linked,
    frame: Uint8Array,
    taken: readonly { readonly item: Item }[],
  ): Promise<void> {
    const { line, tools: { world, error }, config: { answerMsMax }, subject, to } = this.#of;
    const id = world.random.bytes(16).toHex();
    for (let tries = 1;; tries++) {
      try {
        return this.#judge(await link.request(subject, frame, { id }));
      } catch (cause) {
        if (!(cause instanceof LinkError)) throw cause;
        if (cause.trouble === "late") throw error("RELAY_ANSWER_LATE", { answerMsMax }, cause);
        if (cause.trouble === "denied") throw error("RELAY_ADDRESSEE_UNKNOWN", { mailbox: to }, cause);
        const isWanted = taken.some(({ item }) => !item.signal.aborted);
        if (tries === TRIES_MAX || !isWanted) throw error("RELAY_CONNECTION_LOST", {}, cause);
        link = (await line.ready()).link;
      }
    }
  }

  /** The relay's answer to a frame: that it is stored, or why not. */
  #judge(answer: LinkMessage): void {
    const { tools: { error }, to } = this.#of;
    if (answer.status === 503) throw error("RELAY_ADDRESSEE_UNKNOWN", { mailbox: to });
    const said = jsonOf(answer), code = recordOf(said.error)?.err_code;
    if (code === STREAM_FULL) throw error("RELAY_MAILBOX_FULL", { mailbox: to });
    if (said.error) throw error("RELAY_FRAME_REFUSED", { code: typeof code === "number" ? code : "unknown" });
    if (typeof said.stream !== "string" || typeof said.seq !== "number") throw error("RELAY_ANSWER_BROKEN");
  }
}
