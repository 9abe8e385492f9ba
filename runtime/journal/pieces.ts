import type { Origin } from "../contract/message.ts";

/** The pieces of a message become one message, in the inbox. */
export interface JoinPieces {
  readonly op: "joinPieces";
  /** All of them, in order. */
  readonly pieces: readonly number[];
  readonly channel: string;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly controlId: string;
  readonly type: string;
  readonly sender: string;
  readonly contentType: string;
  readonly body: Uint8Array;
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
