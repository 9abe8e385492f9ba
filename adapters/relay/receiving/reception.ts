import type { Reading, Reply } from "../../../runtime/contract/adapter.ts";
import type { Tools } from "../_listener_spec.ts";
import type { OfficeUse } from "../connecting/lines.ts";
import type { Linked } from "../connecting/line.ts";
import { Pull, type Pulled } from "../connecting/pull.ts";
import { decodeFrame, type Entry, FrameError } from "../framing/frame.ts";
import { Assembly } from "./assembly.ts";

/** A frame on its way through the intake. */
interface Frame {
  readonly pulled: Omit<Pulled, "bytes">;
  readonly size: number;
  /** Entries that are not answered, and one until all of them are looked at. */
  open: number;
  /** Those of them that are not in safe storage: as long as there are any the frame takes up room. */
  unkept: number;
  /** One of them was not taken: the frame is to come again. */
  isLeft: boolean;
  /** What of it was answered, by reference: it need not be again when the frame comes again. */
  readonly answered: string[];
  /** Another may be asked for in its place. May be called twice. */
  release(): void;
}

/** Frames that are worked at, or waited for, at once. */
const FRAMES_MAX = 16;
/** Frames beside them that wait for answers alone, and their bytes. A channel that takes its time holds up no other. */
const WAITING_MAX = 240, WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** What was not taken comes again after so long, twice as long each time. */
const AGAIN_MS_FIRST = 1_000, AGAIN_MS_MAX = 60_000;
/**
 * After so many times, some 15 minutes, it is of no use in the mailbox: its sender has it, and sends it anew. So what nobody
 * ever takes does not fill the mailbox, nor two full mailboxes wait for each other's receipts.
 */
const TIMES_MAX = 20;

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
  /** Frames that wait for answers alone, and have let go of their room; and those that may when others are done. */
  readonly #waiting = new Set<Frame>();
  #waitingBytes = 0;
  readonly #next = new Set<Frame>();
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
      take: ({ bytes, ...pulled }) => {
        let isReleased = false;
        const release = () => {
          if (!isReleased) pull.release();
          isReleased = true;
        };
        const size = bytes.length;
        const frame: Frame = { pulled, size, open: 1, unkept: 1, isLeft: false, answered: [], release };
        this.#turn = this.#turn.then(() => this.#take(frame, bytes));
      },
    });
  }

  /** Hands over what is in a frame; does not wait for the answers. */
  async #take(frame: Frame, bytes: Uint8Array): Promise<void> {
    const { intake } = this.#tools, { pulled, release } = frame;
    const { signal } = this.#life;
    try {
      await this.#reading.holds(this.#assembly.bytes + bytes.length, signal);
      await intake.opened(signal);
    } catch {
      // It was told to stop.
      release();
      return pulled.putBack(0);
    }
    try {
      for (const entry of decodeFrame(bytes)) this.#enter(entry, frame);
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      this.#refuse([frame], this.#tools.error("RELAY_FRAME_BROKEN", { why: cause.message }));
    }
    this.#kept(frame);
    this.#settle(frame);
    void this.#reading.holds(this.#assembly.bytes, signal)?.catch(() => {});
  }

  /** Hands over an entry that is whole, or that makes one whole. */
  #enter(entry: Entry, frame: Frame): void {
    if (entry.parts === 1) return this.#handOver(entry, [frame], frame);
    const { config: { messageBytesMax }, error } = this.#tools;
    const added = this.#assembly.add(frame.pulled.from, entry, frame);
    for (const other of added.crowdedOut ?? []) this.#leave(other);
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
    last.unkept++;
    let isKept = false;
    const kept = () => {
      if (!isKept) this.#kept(last);
      isKept = true;
    };
    const answering = this.#underWay.get(key) ??
      (this.#answered.has(key) ? Promise.resolve(true) : this.#answer(entry, from, key, kept));
    void answering.then((isAnswered) => {
      kept();
      for (const frame of frames) {
        if (!isAnswered) this.#leave(frame);
        else {
          frame.answered.push(key);
          this.#settle(frame);
        }
      }
    });
  }

  /** Resolves with true once the relay has stored the answer; never rejects. */
  #answer(
    { bytes, contentType, reference }: Entry,
    from: string,
    key: string,
    kept: () => void,
  ): Promise<boolean> {
    const { intake, report } = this.#tools;
    const answering = (async () => {
      const { outcome, answer } = await intake.receive({ bytes, contentType, peer: from }, kept);
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
      this.#done(frame);
    }
    this.#tools.report({ name: "frameRefused", error });
  }

  /** One thing less has to get into safe storage: once nothing has, another frame may come in its place. */
  #kept(frame: Frame): void {
    if (--frame.unkept > 0) return;
    this.#next.add(frame);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const frame of this.#next) {
      const isFull = this.#waiting.size >= WAITING_MAX || this.#waitingBytes + frame.size > WAITING_BYTES_MAX;
      if (isFull) return;
      this.#next.delete(frame);
      this.#waiting.add(frame);
      this.#waitingBytes += frame.size;
      frame.release();
    }
  }

  /** Nothing of a frame is waited for any more. */
  #done(frame: Frame): void {
    frame.release();
    this.#next.delete(frame);
    if (!this.#waiting.delete(frame)) return;
    this.#waitingBytes -= frame.size;
    this.#makeRoom();
  }

  /** Something of it was not taken. */
  #leave(frame: Frame): void {
    frame.isLeft = true;
    this.#settle(frame);
  }

  /** One thing less is open. */
  #settle(frame: Frame): void {
    if (frame.open === 0 || --frame.open > 0) return;
    this.#done(frame);
    const { pulled, answered } = frame;
    if (frame.isLeft) {
      if (pulled.deliveries >= TIMES_MAX) {
        for (const key of answered) this.#answered.delete(key);
        this.#tools.report({ name: "frameDropped", facts: { times: pulled.deliveries } });
        return pulled.terminate();
      }
      for (const key of answered) this.#answered.add(key);
      return pulled.putBack(Math.min(AGAIN_MS_FIRST * 2 ** (pulled.deliveries - 1), AGAIN_MS_MAX));
    }
    for (const key of answered) this.#answered.delete(key);
    const acknowledging = pulled.acknowledge();
    this.#acknowledging.add(acknowledging);
    void acknowledging.then(() => this.#acknowledging.delete(acknowledging));
  }
}
