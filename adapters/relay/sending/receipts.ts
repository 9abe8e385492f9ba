import type { World } from "../../../runtime/contract/world.ts";
import type { RelayTools } from "../_errors.ts";
import type { Line } from "../connecting/line.ts";
import { Pull, type Pulled } from "../connecting/pull.ts";
import { decodeFrame, type Entry, FrameError } from "../framing/frame.ts";

/** A message that waits for its receipt. */
export interface Expected {
  /** Mailbox it went to: nobody else can say what became of it. */
  readonly from: string;
  take(receipt: Entry): void;
}

/** Frames of receipts that are asked for at once. */
const FRAMES_MAX = 16;
/** By reference. One for all lines of a gateway: a receipt comes by whichever line asks first. */
const expectedIn = new WeakMap<World, Map<string, Expected>>();

/** Receipts that come in by a line, for all who send by it. */
export class Receipts {
  readonly #line: Line;
  readonly #tools: RelayTools;
  readonly #expected: Map<string, Expected>;
  #users = 0;
  #pull: Pull | undefined;
  #unwatch = () => {};

  constructor(line: Line, tools: RelayTools) {
    this.#line = line;
    this.#tools = tools;
    this.#expected = expectedIn.get(tools.world) ?? new Map();
    expectedIn.set(tools.world, this.#expected);
  }

  /** Has receipts asked for, until the returned function is called. */
  use(): () => void {
    if (this.#users++ === 0) {
      this.#unwatch = this.#line.watch((linked) => {
        const { world: { clock }, relay } = this.#tools;
        const pull: Pull = new Pull(linked, {
          clock,
          mailbox: relay!.mailbox,
          queue: "receipts",
          framesMax: FRAMES_MAX,
          take: (frame) => {
            this.#take(frame);
            pull.release();
          },
        });
        this.#pull = pull;
      });
    }
    return () => {
      if (--this.#users > 0) return;
      this.#unwatch();
      this.#pull?.close();
    };
  }

  /** Waits for the receipt of a message, until the returned function is called. */
  expect(reference: Uint8Array, expected: Expected): () => void {
    const key = reference.toHex();
    this.#expected.set(key, expected);
    return () => void this.#expected.delete(key);
  }

  #take(frame: Pulled): void {
    const { report, error } = this.#tools;
    let entries: readonly Entry[];
    try {
      entries = decodeFrame(frame.bytes);
      if (entries.some(({ parts }) => parts > 1)) throw new FrameError("a receipt has several parts");
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      frame.terminate();
      report({ name: "frameRefused", error: error("RELAY_FRAME_BROKEN", { why: cause.message }) });
      return;
    }
    for (const entry of entries) {
      const key = entry.reference.toHex(), expected = this.#expected.get(key);
      if (!expected) {
        // Of an attempt that was given up, or of another life of this gateway: the next attempt gets one of its own.
        report({ name: "receiptUnmatched" });
      } else if (expected.from !== frame.from) {
        report({ name: "receiptRefused", error: error("RELAY_RECEIPT_FOREIGN") });
      } else {
        this.#expected.delete(key);
        expected.take(entry);
      }
    }
    // Whoever lost its outcome sends again, and gets another receipt.
    void frame.acknowledge();
  }
}
