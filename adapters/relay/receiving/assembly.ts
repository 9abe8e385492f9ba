import type { Clock } from "../../../runtime/contract/world.ts";
import { type Entry, FrameError } from "../framing/frame.ts";

/** A message of which some parts are here. */
interface Begun<F> {
  readonly parts: Map<number, Uint8Array>;
  /** How many there are in all. */
  readonly whole: number;
  bytes: number;
  readonly contentType: string;
  /** Frames its parts came in; not acknowledged until it is whole and taken. */
  readonly frames: Set<F>;
  stopTimer(): void;
}

/** What an assembly needs. */
export interface AssemblyTools<F> {
  readonly clock: Clock;
  /** Of one message. All that are begun may have twice as much. */
  readonly messageBytesMax: number;
  readonly partsMsMax: number;
  /** Parts have been missing for too long: those that came are dropped. */
  late(frames: ReadonlySet<F>, missing: number): void;
}

/**
 * What became of a part. `isFirst`: its frame has no other part of that message. `crowdedOut`: the frames of other messages
 * that were dropped for its sake, of each message once.
 */
export type Added<F> = Placed<F> & { readonly crowdedOut?: readonly F[] };

type Placed<F> =
  | {
    readonly kind: "whole";
    readonly isFirst: boolean;
    readonly bytes: Uint8Array;
    readonly frames: ReadonlySet<F>;
  }
  | { readonly kind: "held"; readonly isFirst: boolean }
  /** There is no room for it now. */
  | { readonly kind: "crowded" }
  /** The message is too large: those of its frames that were held. */
  | { readonly kind: "tooLarge"; readonly frames: ReadonlySet<F> };

/** Messages whose parts come in frames `F`, each until it is whole. */
export class Assembly<F> {
  readonly #tools: AssemblyTools<F>;
  readonly #begun = new Map<string, Begun<F>>();
  #bytes = 0;

  constructor(tools: AssemblyTools<F>) {
    this.#tools = tools;
  }

  /** Bytes of the parts that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Throws a `FrameError` where a part does not fit those that came before. */
  add(from: string, { reference, part, parts, contentType, bytes }: Entry, frame: F): Added<F> {
    const { messageBytesMax } = this.#tools, key = `${from} ${reference.toHex()}`;
    const known = this.#begun.get(key);
    if (known && (known.whole !== parts || known.contentType !== contentType)) {
      throw new FrameError("parts of one message differ");
    }
    if (known?.parts.has(part)) {
      // It came again: the relay was not told in time that it is here.
      const isFirst = !known.frames.has(frame);
      known.frames.add(frame);
      return { kind: "held", isFirst };
    }
    if ((known?.bytes ?? 0) + bytes.length > messageBytesMax) {
      if (known) this.#drop(key, known);
      return { kind: "tooLarge", frames: new Set([...known?.frames ?? [], frame]) };
    }
    const crowdedOut: F[] = [];
    while (this.#bytes + bytes.length > 2 * messageBytesMax) {
      // The oldest is always completed: otherwise several could wait for each other's room for ever.
      if (this.#begun.keys().next().value !== key) return { kind: "crowded" };
      const [youngest, other] = [...this.#begun].at(-1)!;
      this.#drop(youngest, other);
      crowdedOut.push(...other.frames);
    }
    const begun = known ?? this.#begin(key, parts, contentType);
    const isFirst = !begun.frames.has(frame);
    begun.parts.set(part, bytes);
    begun.frames.add(frame);
    begun.bytes += bytes.length;
    this.#bytes += bytes.length;
    this.#wait(key, begun);
    if (begun.parts.size < parts) return { kind: "held", isFirst, crowdedOut };
    this.#drop(key, begun);
    return { kind: "whole", isFirst, bytes: joined(begun), frames: begun.frames, crowdedOut };
  }

  /** Drops all of it; the frames it came in. */
  clear(): readonly F[] {
    return [...this.#begun].flatMap(([key, begun]) => {
      this.#drop(key, begun);
      return [...begun.frames];
    });
  }

  #begin(key: string, parts: number, contentType: string): Begun<F> {
    const begun: Begun<F> = {
      parts: new Map(),
      whole: parts,
      bytes: 0,
      contentType,
      frames: new Set(),
      stopTimer: () => {},
    };
    this.#begun.set(key, begun);
    return begun;
  }

  /** A large message takes as long as its line does; what nobody goes on with is dropped. */
  #wait(key: string, begun: Begun<F>): void {
    const { clock, partsMsMax, late } = this.#tools;
    begun.stopTimer();
    begun.stopTimer = clock.after(partsMsMax, () => {
      this.#drop(key, begun);
      late(begun.frames, begun.whole - begun.parts.size);
    });
  }

  #drop(key: string, begun: Begun<F>): void {
    begun.stopTimer();
    this.#begun.delete(key);
    this.#bytes -= begun.bytes;
  }
}

function joined<F>({ parts, whole, bytes }: Begun<F>): Uint8Array {
  const message = new Uint8Array(bytes);
  let at = 0;
  for (let part = 0; part < whole; part++) {
    message.set(parts.get(part)!, at);
    at += parts.get(part)!.length;
  }
  return message;
}
