import type { Clock } from "../../../runtime/contract/world.ts";
import { Deadline } from "../../_kit/net/deadline.ts";
import type { FrameReader } from "../framing/frame_reader.ts";

/** How long a listener waits for the bytes of a peer. 0: without end. */
export interface WaitLimits {
  readonly clock: Clock;
  readonly startMsMax: number;
  readonly idleMsMax: number;
  readonly pauseMsMax: number;
  readonly frameMsMax: number;
  readonly endMsMax: number;
}

/** By when the next bytes of a connection are due, after what has come of it. `missed` is called while they are read. */
export class Waits {
  readonly #limits: WaitLimits;
  readonly #reader: FrameReader;
  readonly #deadline: Deadline;
  /** When reading began. */
  #sinceMs: number;
  /** When what is not whole began. */
  #begunMs: number | undefined;

  constructor(limits: WaitLimits, reader: FrameReader, missed: () => void) {
    this.#limits = limits;
    this.#reader = reader;
    this.#deadline = new Deadline(limits.clock, missed);
    this.#sinceMs = limits.clock.elapsedMs();
  }

  /** True where what is not whole takes too long, whenever its last byte came. */
  get areOver(): boolean {
    const { frameMsMax, clock } = this.#limits;
    // A timer may run a little early.
    return frameMsMax > 0 && this.#begunMs !== undefined &&
      clock.elapsedMs() > this.#begunMs + frameMsMax - 1;
  }

  /** The peer is read from now on. */
  begin(): void {
    const { startMsMax, idleMsMax, pauseMsMax, frameMsMax, endMsMax, clock } = this.#limits;
    const { place, hasBegun } = this.#reader;
    const ms = place === "between" ? idleMsMax : place === "atEnd" && endMsMax > 0 ? endMsMax : pauseMsMax;
    const nowMs = clock.elapsedMs();
    let dueMs = ms === 0 ? Infinity : nowMs + ms;
    if (place === "between") this.#begunMs = undefined;
    else this.#begunMs ??= nowMs;
    if (this.#begunMs !== undefined && frameMsMax > 0) dueMs = Math.min(dueMs, this.#begunMs + frameMsMax);
    if (startMsMax > 0 && !hasBegun) dueMs = Math.min(dueMs, this.#sinceMs + startMsMax);
    this.#deadline.set(dueMs === Infinity ? 0 : Math.max(dueMs - nowMs, 1));
  }

  /** Something has come. */
  end(): void {
    this.#deadline.clear();
  }

  /** A frame has come to its end: what comes behind it begins anew. */
  endFrame(): void {
    this.#begunMs = undefined;
  }

  /** The peer is not read, until what is returned is called: what it sends meanwhile is no later for that. */
  pause(): () => void {
    const { clock } = this.#limits;
    const fromMs = clock.elapsedMs();
    return () => {
      const waitedMs = clock.elapsedMs() - fromMs;
      this.#sinceMs += waitedMs;
      if (this.#begunMs !== undefined) this.#begunMs += waitedMs;
    };
  }

  /** Waits for something else. */
  set(ms: number): void {
    this.#deadline.set(ms);
  }

  /** Waits no more. */
  stop(): void {
    this.#deadline.stop();
  }
}
