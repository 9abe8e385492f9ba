import { Buffer } from "node:buffer";
import type { Clock } from "../../../runtime/contract/world.ts";

/** Signatures that are remembered at once. */
const SIGNATURES_MAX = 200_000;
/** Nobody finds another signature with these first bytes who does not have the key. */
const BYTES_KEPT = 15;

/** Signatures that were used, for as long as they would be taken again: a request that was overheard cannot be repeated. */
export class UsedSignatures {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #usedAtMs = new Map<string, number>();

  /** `ageMsMax`: how far a signature's time may be from ours, before or after. */
  constructor(clock: Clock, ageMsMax: number) {
    this.#clock = clock;
    this.#keptMs = 2 * ageMsMax;
  }

  /** Uses one that is right; says `repeated` where it was used before, and `full` where it cannot be remembered. */
  use(bytes: Uint8Array): "new" | "repeated" | "full" {
    const nowMs = this.#clock.elapsedMs();
    for (const [signature, usedAtMs] of this.#usedAtMs) {
      if (nowMs - usedAtMs <= this.#keptMs) break;
      this.#usedAtMs.delete(signature);
    }
    const signature = Buffer.from(bytes.subarray(0, BYTES_KEPT)).toString("base64");
    if (this.#usedAtMs.has(signature)) return "repeated";
    if (this.#usedAtMs.size >= SIGNATURES_MAX) return "full";
    this.#usedAtMs.set(signature, nowMs);
    return "new";
  }
}
