import { MitralError } from "../../contract/error.ts";
import type { AnswerFacts, Format } from "../../contract/format.ts";
import { errors } from "../errors.ts";
import { speaks } from "../formats.ts";
import type { Joined, Joiner, Piece } from "./joiner.ts";

/** A format's own batch: `hl7-batch`. Without a format, all is refused: whoever wrote the plan has to mend it. */
export function byFormat(as: string, format: Format | undefined): Joiner {
  const batch = format?.batch;
  const bytesOf = (pieces: readonly Piece[], facts: AnswerFacts) =>
    batch ? batch.join(pieces.map(({ bytes }) => bytes), facts) : errors.fail("ENGINE_BATCH_UNKNOWN", { as });
  const foreign = (piece: Piece) => {
    if (!format) return errors.error("ENGINE_BATCH_UNKNOWN", { as });
    if (speaks(format, piece.contentType)) return undefined;
    return errors.error("ENGINE_BATCH_FOREIGN", { as, format: format.name });
  };
  return {
    contentType: batch?.contentType ?? "application/octet-stream",
    answerTypes: format?.contentTypes ?? [],
    piecesMax: Infinity,
    controlId: (facts) => batch?.controlId?.(facts) ?? "",
    async join<P extends Piece>(pieces: readonly P[], facts: AnswerFacts): Promise<Joined<P>> {
      const refused = new Map<P, MitralError>();
      if (pieces.length === 0) return { bytes: bytesOf([], facts), taken: [], refused };
      let taken = without(pieces, refused, foreign);
      for (let tries = 1; taken.length > 0; tries++) {
        try {
          return { bytes: bytesOf(taken, facts), taken, refused };
        } catch {
          // What cannot be joined alone goes; then half of the rest, until some can be joined together.
          taken = tries === 1
            ? without(taken, refused, (piece) => failure(() => bytesOf([piece], facts), as))
            : taken.slice(0, Math.floor(taken.length / 2));
        }
      }
      return { bytes: new Uint8Array(), taken, refused };
    },
  };
}

function without<P extends Piece>(
  pieces: readonly P[],
  refused: Map<P, MitralError>,
  refusalOf: (piece: P) => MitralError | undefined,
): readonly P[] {
  return pieces.filter((piece) => {
    const error = refusalOf(piece);
    if (error) refused.set(piece, error);
    return !error;
  });
}

function failure(work: () => unknown, as: string): MitralError | undefined {
  try {
    work();
  } catch (cause) {
    return cause instanceof MitralError ? cause : errors.error("ENGINE_BATCH_CRASHED", { as }, cause);
  }
}
