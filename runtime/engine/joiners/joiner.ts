import type { MitralError } from "../../contract/error.ts";
import type { AnswerFacts } from "../../contract/format.ts";
import type { Clock } from "../../contract/world.ts";
import type { BoundFormats } from "../formats.ts";
import type { CollectPlan } from "../plan.ts";
import { byFormat } from "./by_format.ts";
import { lines } from "./lines.ts";
import { zip } from "./zip.ts";

/** One of the messages that are put together. */
export interface Piece {
  /** What it is called by: the id of the message, and which part of it it is. */
  readonly name: string;
  readonly receivedAtMs: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What pieces became. One that was neither taken nor refused is for the next batch. */
export interface Joined<P extends Piece> {
  readonly bytes: Uint8Array;
  /** In their order: all from the first to some other, but for those that were refused. */
  readonly taken: readonly P[];
  /** These can be in no batch. */
  readonly refused: ReadonlyMap<P, MitralError>;
}

/** How messages are put together as one. The same pieces and facts MUST give the same bytes. */
export interface Joiner {
  /** Media type of the whole. */
  readonly contentType: string;
  /** Media types of what a peer may answer to it. */
  readonly answerTypes: readonly string[];
  /** More are not put together. */
  readonly piecesMax: number;
  /** What a peer's answer calls it by; empty where it has no id of its own. */
  controlId(facts: AnswerFacts): string;
  /** MUST take or refuse one piece at least, where there are any. */
  join<P extends Piece>(pieces: readonly P[], facts: AnswerFacts): Promise<Joined<P>>;
}

/** The joiner that a destination names. */
export function joinerFor({ as, timeZone }: CollectPlan, formats: BoundFormats, clock: Clock): Joiner {
  if (as === "lines") return lines;
  if (as === "zip") return zip(timeZone, clock);
  return byFormat(as, formats.batching(as));
}
