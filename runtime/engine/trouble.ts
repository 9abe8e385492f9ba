import type { MitralError } from "../contract/error.ts";
import type { Trouble } from "../journal/records.ts";

/** An error as the journal keeps it: without its cause. */
export function troubleOf(error: MitralError, atMs: number): Trouble {
  return { code: error.code, blame: error.blame, says: error.message, atMs };
}
