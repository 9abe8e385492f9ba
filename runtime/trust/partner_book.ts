import type { Partner } from "./partner_file.ts";

/**
 * How far a partner is. `invited`: our invitation has gone out. `unconfirmed`: both files are here, and nobody has yet
 * said that both sides read the same eight words. `suspended`: refused both ways until it is resumed.
 */
export type PartnerState = "invited" | "unconfirmed" | "active" | "suspended";

/**
 * The partners of a gateway as they count at this moment: those whose key files the gateway file names, which are always
 * active, and those of the partners' folder. What it says may change at any time.
 */
export interface PartnerBook {
  /** Our names for them, whatever their state. */
  readonly names: readonly string[];
  /** `undefined` where nobody is called that. */
  stateOf(name: string): PartnerState | undefined;
  /**
   * The newest file of an active partner: its root, keys, links and certificates. `undefined` for every other, and for one
   * of the gateway file that has none.
   */
  find(name: string): Partner | undefined;
  /** Calls back after every change, with our names of whoever changed, until the returned function is called. */
  watch(changed: (names: readonly string[]) => void): () => void;
  /** Looks at the files now, as happens every ten seconds. When it resolves, what has changed counts. */
  look(): Promise<void>;
  /**
   * Takes a newer file that a partner of the folder has sent: signed by the pinned root, with a higher serial. Durable,
   * and counts, once it resolves; false where it is the one we have. Errors: PARTNER_RECORD_MISSING, PARTNER_ROOT_CHANGED,
   * PARTNER_SERIAL_OLD, PARTNER_SERIAL_REUSED, those of `parsePartnerFile`.
   */
  take(name: string, file: Uint8Array): Promise<boolean>;
}
