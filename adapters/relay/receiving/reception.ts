import type { Reading, Reply } from "../../../runtime/contract/adapter.ts";
import type { Tools } from "../_listener_spec.ts";
import type { OfficeUse } from "../connecting/lines.ts";
import type { Linked } from "../connecting/line.ts";
import { Pull, type Pulled } from "../connecting/pull.ts";
import { decodeFrame, type Entry, FrameError } from "../framing/frame.ts";
import { Assembly } from "./assembly.ts";

/** A frame on its way through the intake. */
interface Frame {
  readonly pulled: Pulled;
  /** Entries that are not answered, and one until all of them are looked at. */
  open: number;
  /** One of them was not taken: the frame is to come again. */
  isLeft: boolean;
  /** What of it was answered, by reference: it need not be again when the frame comes again. */
  readonly answered: string[];
  /** Another may be asked for in its place. May be called twice. */
  release(): void;
}

/** Frames that are worked at, or waited for, at once. */
const FRAMES_MAX = 16;
/** What was not taken comes again after so long, twice as long each time. */
const AGAIN_MS_FIRST = 1_000, AGAIN_MS_MAX = 60_000;

/**
 * Takes frames from our mailbox and hands what is in them to the intake, in order. A frame is acknowledged once each of its
 * messages was answered and the relay has stored the answers, so that whatever breaks, it comes again.
 */
export class Reception {
  readonly #tools: Tools;
  readonly #office: OfficeUse;
  readonly #assembly: Assembly<Frame>;
  readonly #reading: Reading;
  /** Aborted when nothing more is handed over. */
  readonly #life = new AbortController();
  /** Aborted when nobody waits for what was. */
  readonly #dropped = new AbortController();
  /** Answers under way, by reference: a frame that comes again meanwhile joins them. */
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** Answered, though the frame was put back for another's sake. */
  readonly #answered = new Set<string>();
  readonly #acknowledging = new Set<Promise<void>>();
  /** Frames that have come, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #pull: Pull | undefined;
  readonly #unwatch: () => void;

  constructor(tools: Tools, office: OfficeUse) {
    const { config: { messageBytesMax, partsMsMax }, world: { clock }, error, intake } = tools;
    [this.#tools, this.#office] = [tools, office];
    this.#reading = intake.reading();
    this.#assembly = new Assembly({
      clock,
      messageBytesMax,
      partsMsMax,
      late: (frames, parts) => this.#refuse(frames, error("RELAY_PARTS_LATE", { parts, partsMsMax })),
    });
    this.#unwatch = office.line.watch((linked) => this.#begin(linked));
  }

  /** Takes no more; resolves once everything that was handed over is answered. */
  async stop(): Promise<void> {
    this.#end();
    await this.#turn;
    await Promise.all(this.#underWay.values());
    await Promise.all(this.#acknowledging);
  }

  /** Drops whatever is left. */
  drop(): void {
    this.#end();
    this.#dropped.abort(this.#tools.error("RELAY_CONNECTION_LOST"));
    this.#reading[Symbol.dispose]();
  }

  #end(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    this.#unwatch();
    // Whoever takes from this mailbox next takes those, too.
    for (const { pulled } of this.#assembly.clear()) pulled.putBack(0);
    this.#pull?.close();
  }

  #begin(linked: Linked): void {
    const { world: { clock }, relay } = this.#tools;
    const pull = this.#pull = new Pull(linked, {
      clock,
      mailbox: relay!.mailbox,
      queue: "messages",
      framesMax: FRAMES_MAX,
      take: (pulled) => {
        let isReleased = false;
        const release = () => {
          if (!isReleased) pull.release();
          isReleased = true;
        };
        const frame: Frame = { pulled, open: 1, isLeft: false, answered: [], release };
        this.#turn = this.#turn.then(() => this.#take(frame));
      },
    });
  }

  /** Hands over what is in a frame; does not wait for the answers. */
  async #take(frame: Frame): Promise<void> {
    const { intake } = this.#tools, { pulled, release } = frame;
    const { signal } = this.#life;
    try {
      await this.#reading.holds(this.#assembly.bytes + pulled.bytes.length, signal);
      await intake.opened(signal);
    } catch {
      // It was told to stop.
      release();
      return pulled.putBack(0);
    }
    try {
      for (const entry of decodeFrame(pulled.bytes)) this.#enter(entry, frame);
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      this.#refuse([frame], this.#tools.error("RELAY_FRAME_BROKEN", { why: cause.message }));
    }
    this.#settle(frame);
    void this.#reading.holds(this.#assembly.bytes, signal)?.catch(() => {});
  }

  /** Hands over an entry that is whole, or that makes one whole. */
  #enter(entry: Entry, frame: Frame): void {
    if (entry.parts === 1) return this.#handOver(entry, [frame], frame);
    const { config: { messageBytesMax }, error } = this.#tools;
    const added = this.#assembly.add(frame.pulled.from, entry, frame);
    switch (added.kind) {
      case "crowded":
        frame.isLeft = true;
        return;
      case "tooLarge":
        return this.#refuse(added.frames, error("RELAY_MESSAGE_TOO_LARGE", { messageBytesMax }));
      case "held":
        if (added.isFirst) frame.open++;
        // Or those that are missing could not come.
        return frame.release();
      case "whole":
        if (!added.isFirst) frame.open--;
        return this.#handOver({ ...entry, bytes: added.bytes }, added.frames, frame);
    }
  }

  /** `last`: the frame that made it whole; the others count it already. */
  #handOver(entry: Entry, frames: Iterable<Frame>, last: Frame): void {
    const { from } = last.pulled, key = `${from} ${entry.reference.toHex()}`;
    last.open++;
    const answering = this.#underWay.get(key) ??
      (this.#answered.has(key) ? Promise.resolve(true) : this.#answer(entry, from, key));
    void answering.then((isAnswered) => {
      for (const frame of frames) {
        if (isAnswered) frame.answered.push(key);
        else frame.isLeft = true;
        this.#settle(frame);
      }
    });
  }

  /** Resolves with true once the relay has stored the answer; never rejects. */
  #answer({ bytes, contentType, reference }: Entry, from: string, key: string): Promise<boolean> {
    const { intake, report } = this.#tools;
    const answering = (async () => {
      const { outcome, answer } = await intake.receive({ bytes, contentType, peer: from });
      if (outcome.kind === "failed") return false;
      await this.#post(from, reference, answer);
      return true;
    })().catch((error) => {
      // The relay, or the sender's mailbox, is not there for it: the message comes again, and is answered from the store.
      report({ name: "receiptFailed", error });
      return false;
    });
    this.#underWay.set(key, answering);
    void answering.then(() => this.#underWay.delete(key));
    return answering;
  }

  #post(to: string, reference: Uint8Array, answer: Reply["answer"]): Promise<void> {
    const { bytes, contentType } = answer ?? { bytes: new Uint8Array(), contentType: "" };
    const { signal } = this.#dropped;
    return this.#office.posts.post({ to, kind: "receipt", reference, bytes, contentType, signal });
  }

  /** It is of no use, and is not to come again; the bytes of what breaks the rules are nobody's message. */
  #refuse(frames: Iterable<Frame>, error: ReturnType<Tools["error"]>): void {
    for (const frame of frames) {
      frame.open = 0;
      frame.pulled.terminate();
      frame.release();
    }
    this.#tools.report({ name: "frameRefused", error });
  }

  /** One thing less is open. */
  #settle(frame: Frame): void {
    if (frame.open === 0 || --frame.open > 0) return;
    frame.release();
    const { pulled, answered } = frame;
    if (frame.isLeft) {
      for (const key of answered) this.#answered.add(key);
      return pulled.putBack(Math.min(AGAIN_MS_FIRST * 2 ** (pulled.deliveries - 1), AGAIN_MS_MAX));
    }
    for (const key of answered) this.#answered.delete(key);
    const acknowledging = pulled.acknowledge();
    this.#acknowledging.add(acknowledging);
    void acknowledging.then(() => this.#acknowledging.delete(acknowledging));
  }
}
