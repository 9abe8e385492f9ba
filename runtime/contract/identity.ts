import type { MitralError } from "./error.ts";

/** Who a message says it is. */
export interface Identity {
  /** The sender's own id (HL7 MSH-10), verbatim; empty where there is none, and such a message is never a duplicate. */
  readonly controlId: string;
  /** The kind of message as people of the field name it: `ADT^A01`; empty where the format has no types. */
  readonly type: string;
  /** The sending application (HL7 MSH-3 and MSH-4), to tell one sender's latest message; empty where unknown. */
  readonly sender: string;
  /** A `query` or a `test` (HL7 MSH-11 T or D) is never answered from the store. */
  readonly purpose: "message" | "query" | "test";
  /** The number its sender gave it (HL7 MSH-13), where senders number their messages and this one has a number. */
  readonly number?: string;
  /** Which piece of a message it is, where it is only a piece. */
  readonly piece?: Piece;
}

/** Where a piece belongs. Pieces follow each other where the `until` of one is the `after` of the next. */
export interface Piece {
  /** Names the piece before; left out for the first. */
  readonly after?: string;
  /** Names the piece behind; left out for the last. */
  readonly until?: string;
  /** It may as well be a whole message: it is a piece only where the one before it waits. */
  readonly mayBeWhole?: boolean;
  /** Its sender takes the answer that tells what became of the message for an answer to the first piece. */
  readonly isAnsweredAsWhole?: boolean;
}

/** What the number of a message means, after the last that its sender gave. */
export type NumberVerdict =
  & {
    /** The number that the answer is to name (HL7 MSA-4). */
    readonly expected: number;
    /** From now on the last that was given; `null`: none is known, and any may come next. */
    readonly last: number | null;
  }
  & (
    /** It comes next. `repeated`: it is the last one again. `link`: it is no message, but speaks of the numbers. */
    | { readonly kind: "next" | "repeated" | "link" }
    | { readonly kind: "refused"; readonly error: MitralError }
  );
