import type { NewMessage } from "./new_message.ts";

/** The pieces of a message become one message, in the inbox. */
export interface JoinPieces extends NewMessage {
  readonly op: "joinPieces";
  /** All of them, in order. */
  readonly pieces: readonly number[];
  /** Its sender is answered as soon as it is durable. */
  readonly answered?: "positively";
}

/** `null`: not all of them wait any more, and nothing was done. */
export type JoinedPieces = { readonly seq: number } | null;

/** A piece goes on by itself: nobody joins pieces any more. */
export interface Unpiece {
  readonly op: "unpiece";
  readonly seq: number;
}
