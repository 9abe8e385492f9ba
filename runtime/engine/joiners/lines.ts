import type { MitralError } from "../../contract/error.ts";
import { errors } from "../errors.ts";
import { concat } from "./_concat.ts";
import type { Joiner, Piece } from "./joiner.ts";

const LF = 0x0a;
const LINE_END = Uint8Array.of(LF);

/**
 * A message a line: its bytes as they are, and a line feed where they do not end in one. The segments of HL7 v2 end in a
 * carriage return, so that a message of it is one line. One with line feeds of its own would be several.
 */
export const lines: Joiner = {
  contentType: "text/plain",
  answerTypes: [],
  piecesMax: Infinity,
  controlId: () => "",
  join<P extends Piece>(pieces: readonly P[]) {
    const taken: P[] = [], parts: Uint8Array[] = [];
    const refused = new Map<P, MitralError>();
    for (const piece of pieces) {
      const { bytes } = piece;
      const end = bytes.indexOf(LF);
      if (end >= 0 && end < bytes.length - 1) {
        refused.set(piece, errors.error("ENGINE_BATCH_LINED"));
        continue;
      }
      taken.push(piece);
      parts.push(bytes);
      if (end < 0) parts.push(LINE_END);
    }
    return Promise.resolve({ bytes: concat(parts), taken, refused });
  },
};
