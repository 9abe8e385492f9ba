import { deflateRawSync } from "node:zlib";
import { extensionOf } from "../../contract/media_type.ts";
import type { Clock } from "../../contract/world.ts";
import { limits } from "../limits.ts";
import { concat } from "./_concat.ts";
import type { Joiner, Piece } from "./joiner.ts";

/**
 * A ZIP file with an entry for each message, `000001_0192f0c1-….hl7`. Times in it are wall time without a zone, so they
 * are those of a clock in `timeZone`.
 */
export function zip(timeZone: string, clock: Clock): Joiner {
  return {
    contentType: "application/zip",
    answerTypes: [],
    piecesMax: limits.zipEntriesMax,
    controlId: () => "",
    async join<P extends Piece>(pieces: readonly P[]) {
      const { Zip, ZipPassThrough } = await import("fflate");
      // The platform deflates several times as fast as the package.
      class Deflated extends ZipPassThrough {
        override compression = 8;
        protected override process(bytes: Uint8Array, final: boolean) {
          this.ondata(null, new Uint8Array(deflateRawSync(bytes)), final);
        }
      }
      const parts: Uint8Array[] = [];
      const archive = new Zip((error, part) => {
        if (error) throw error;
        parts.push(part);
      });
      let turnBytes = 0;
      for (const [at, piece] of pieces.entries()) {
        const entry = new Deflated(nameOf(at, piece));
        entry.mtime = wallTime(piece.receivedAtMs, timeZone);
        archive.add(entry);
        entry.push(piece.bytes, true);
        turnBytes += piece.bytes.length;
        if (turnBytes < limits.collectTurnBytes) continue;
        turnBytes = 0;
        await clock.turn();
      }
      archive.end();
      return { bytes: concat(parts), taken: pieces, refused: new Map<P, never>() };
    },
  };
}

function nameOf(at: number, { name, contentType }: Piece): string {
  return `${String(at + 1).padStart(6, "0")}_${name}${extensionOf(contentType)}`;
}

/** The first and the last year that the format knows. */
const YEARS = { first: 1980, last: 2099 };

/** A date that shows, as the machine's own wall time, what a clock in the zone showed: that is what is written. */
function wallTime(atMs: number, timeZone: string): Date {
  const { year, month, day, hour, minute, second } = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  const known = Math.min(Math.max(year, YEARS.first), YEARS.last);
  return new Date(known, month - 1, day, hour, minute, second);
}
