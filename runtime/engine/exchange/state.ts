import type { PathState } from "../paths/path_set.ts";
import type { PartnerState } from "../../trust/partner_book.ts";

/** A door of the exchange as it is now. */
export interface DoorState {
  /** Name of its listener. */
  readonly name: string;
  /** Where it listens; left out while it does not. */
  readonly address?: string;
  /** Code of what keeps it closed, or was wrong last. */
  readonly trouble?: string;
}

/** A partner of the exchange as it is now. */
export interface ExchangePartnerState {
  /** Our name for it. */
  readonly name: string;
  /** As `mitral partner list` has it. */
  readonly state: PartnerState;
  /** Of its file; left out where it is not active. */
  readonly serial?: number;
  /** Ways that something went by lately, the preferred first; none where nothing did. */
  readonly ways: readonly PathState[];
  /**
   * When the oldest message was received, in milliseconds since 1970-01-01T00:00Z, that was sent to it and has had no
   * receipt for longer than `receiptMsMax`; left out where there is none.
   */
  readonly receiptMissingSinceMs?: number;
}

/** The exchange as it is now. */
export interface ExchangeState {
  /** In the order of the gateway file. */
  readonly doors: readonly DoorState[];
  /** In the order of the partners' names. */
  readonly partners: readonly ExchangePartnerState[];
}
