import type { Clock } from "../../../runtime/contract/world.ts";
import { Deadline } from "../../_kit/net/deadline.ts";
import type { LinkMessage } from "./link.ts";
import type { Linked } from "./line.ts";

/** A frame as it came from our mailbox. It comes again unless it is acknowledged in time. */
export interface Pulled {
  /** Mailbox of who sent it: the relay makes sure of that. */
  readonly from: string;
  readonly bytes: Uint8Array;
  /** How often it has come, with this time. */
  readonly deliveries: number;
  /** It is done with: resolves once the relay knows. Nothing happens where the link is lost: it comes again then. */
  acknowledge(): Promise<void>;
  /** It is to come again after a time. */
  putBack(delayMs: number): void;
  /** It is of no use, and is not to come again. */
  terminate(): void;
}

/** How frames are asked for. */
export interface PullTools {
  readonly clock: Clock;
  /** Our mailbox. */
  readonly mailbox: string;
  readonly queue: "messages" | "receipts";
  /** Frames that are asked for, or have come and were not released. */
  readonly framesMax: number;
  /** Called for each, in order. */
  take(frame: Pulled): void;
}

/** How long a request for frames stands, and how often the relay says that it still does. */
const STANDS_MS = 30_000, HEARTBEAT_MS = 10_000;
/** A request the relay refuses is not made again at once. */
const PAUSE_MS = 1_000;
const NANOSECONDS = 1_000_000;
const EXPIRED = 408, HEARTBEAT = 100;

/**
 * Asks for frames of our mailbox by one link, until it is closed: one request at a time, and only for as many as there is
 * room for.
 *
 * Source: NATS ADR-13, pull consumers.
 */
export class Pull {
  readonly #linked: Linked;
  readonly #tools: PullTools;
  readonly #inbox: { readonly subject: string; close(): void };
  readonly #deadline: Deadline;
  /** Frames that have come and are neither acknowledged nor put back. */
  readonly #held = new Set<string>();
  /** Frames asked for that have not come. */
  #asked = 0;
  /** Frames that have come and were not released. */
  #used = 0;
  #isOpen = true;
  #isPaused = false;
  #isHeld = false;
  #stopTimers = () => {};

  constructor(linked: Linked, tools: PullTools) {
    this.#linked = linked;
    this.#tools = tools;
    this.#inbox = linked.link.inbox((message) => this.#hear(message));
    // A relay that forgot the request does not say so.
    this.#deadline = new Deadline(tools.clock, () => this.#over());
    this.#stopTimers = this.#keepHeld();
    this.#ask();
    void linked.link.done.then(() => this.close());
  }

  /** There is room for so many more. */
  release(frames = 1): void {
    this.#used -= frames;
    this.#ask();
  }

  /** Asks for none while it is paused. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#ask();
  }

  /** Asks for no more. What has come can still be acknowledged. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadline.stop();
    this.#inbox.close();
    if (!this.#linked.link.isOpen) this.#held.clear();
    if (this.#held.size === 0) this.#stopTimers();
  }

  #ask(): void {
    const { mailbox, queue, framesMax } = this.#tools;
    const room = framesMax - this.#used;
    if (!this.#isOpen || this.#isPaused || this.#isHeld || this.#asked > 0 || room < framesMax / 2) return;
    this.#asked = room;
    const request = {
      batch: room,
      expires: STANDS_MS * NANOSECONDS,
      idle_heartbeat: HEARTBEAT_MS * NANOSECONDS,
    };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.MBX_${mailbox}.${queue}`;
    this.#linked.link.publish(subject, JSON.stringify(request), { reply: this.#inbox.subject });
    this.#deadline.set(3 * HEARTBEAT_MS);
  }

  #over(): void {
    this.#asked = 0;
    this.#deadline.clear();
    this.#ask();
  }

  #hear(message: LinkMessage): void {
    if (!this.#isOpen) return;
    if (this.#asked > 0) this.#deadline.set(3 * HEARTBEAT_MS);
    if (message.status === HEARTBEAT) return;
    if (message.status === EXPIRED) return this.#over();
    if (message.status !== 0) return this.#refused();
    const pulled = this.#pulled(message);
    if (!pulled) return;
    this.#used++;
    this.#asked = Math.max(this.#asked - 1, 0);
    this.#tools.take(pulled);
    if (this.#asked === 0) this.#over();
  }

  /** The queue is not there, or has too many who ask: it may have been made anew. */
  #refused(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#tools.clock.after(PAUSE_MS, () => {
      this.#isHeld = false;
      this.#over();
    });
  }

  /** Nothing where it is no frame of our mailbox: there is nothing to acknowledge then either. */
  #pulled({ subject, reply, data }: LinkMessage): Pulled | undefined {
    const { link } = this.#linked;
    const from = /^mbx\.[0-9a-f]{16}\.([0-9a-f]{16})\.[mr]$/.exec(subject)?.[1];
    if (from === undefined || !reply.startsWith("$JS.ACK.")) return undefined;
    this.#held.add(reply);
    const done = () => {
      this.#held.delete(reply);
      if (!this.#isOpen && this.#held.size === 0) this.#stopTimers();
    };
    return {
      from,
      bytes: data,
      deliveries: deliveriesIn(reply),
      acknowledge: async () => {
        done();
        await link.request(reply, "+ACK").catch(() => {});
      },
      putBack(delayMs) {
        done();
        link.publish(reply, `-NAK {"delay": ${Math.round(delayMs) * NANOSECONDS}}`);
      },
      terminate() {
        done();
        link.publish(reply, "+TERM");
      },
    };
  }

  /** Says of what is worked at that it still is, so that it does not come again. */
  #keepHeld(): () => void {
    const { clock } = this.#tools, { link, mailbox: { ackMs } } = this.#linked;
    let stop = () => {};
    const again = () => {
      stop = clock.after(ackMs / 2, () => {
        for (const reply of this.#held) link.publish(reply, "+WPI");
        again();
      });
    };
    again();
    return () => stop();
  }
}

/**
 * From the subject that acknowledges: `$JS.ACK.STREAM.CONSUMER.DELIVERIES…`, or with a domain and an account before the
 * stream.
 */
function deliveriesIn(reply: string): number {
  const words = reply.split(".");
  return Number(words[words.length > 9 ? 6 : 4]) || 1;
}
