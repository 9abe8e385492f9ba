/** How the bytes of a peer break the rules of framing. */
export type Breach =
  /** A message is larger than `frameBytesMax`. */
  | "tooLarge"
  /** What stands where a length belongs is none, or one that cannot be. */
  | "lengthWrong"
  /** The bytes ended, or paused for too long, within a message. */
  | "endMissing"
  /** A message starts within a message. */
  | "startRepeated";

/** Thrown where framing is broken. */
export class BrokenFrame extends Error {
  override readonly name = "BrokenFrame";
  /**
   * `bytes`: what was read of the message; its own memory. Message content. `hasEnd`: where it ends is known, so that the
   * reader may go on behind it; otherwise the reader is of no use afterwards.
   */
  constructor(readonly breach: Breach, readonly bytes: Uint8Array, readonly hasEnd = false) {
    super(breach);
  }
}

/**
 * Tells messages apart in bytes that arrive in pieces. `feed` a piece, then call `next` until it returns `undefined`;
 * only then may the piece's memory be used again. Work is linear in the bytes, however they are cut.
 */
export interface FrameReader {
  /** True within a message. */
  readonly isWithin: boolean;
  /** Memory that it keeps for what is not whole, in bytes. */
  readonly heldBytes: number;
  /** Gives the next piece. MUST NOT be called before `next` has returned `undefined` for the last one. */
  feed(piece: Uint8Array): void;
  /** The next whole message, without its marks, in memory of its own. Throws {@linkcode BrokenFrame}. */
  next(): Uint8Array | undefined;
  /**
   * No more bytes come; `isClean`: because the peer has said so. The last message, where that ends it; throws
   * {@linkcode BrokenFrame} where one has begun.
   */
  end(isClean: boolean): Uint8Array | undefined;
  /** How many bytes between messages were skipped since this was last called. */
  takeSkipped(): number;
}
