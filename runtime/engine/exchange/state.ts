import type { Facts, MitralError } from "../../contract/error.ts";
import type { Place } from "../events.ts";
import type { PathState } from "../paths/path_set.ts";
import type { PartnerState } from "../../trust/partner_book.ts";

/** What happens to the exchange. */
export type ExchangeEvent =
  /** A door of the exchange listens. */
  | { readonly name: "doorOpened"; readonly door: string; readonly address: string }
  /** It could not be opened, and is tried again in `againInMs`. */
  | {
    readonly name: "doorFailed";
    readonly door: string;
    readonly error: MitralError;
    readonly againInMs: number;
  }
  /** A way to a partner: its link is of no use, or nobody answers by it. The others are used. */
  | {
    readonly name: "wayFailed";
    readonly partner: string;
    readonly way: string;
    readonly error: MitralError;
  }
  /** It is healthy again, `forMs` after it failed. */
  | { readonly name: "wayRestored"; readonly partner: string; readonly way: string; readonly forMs: number }
  /** What is sent to the partner goes by it from now on, and not by `instead` any more. */
  | { readonly name: "wayChosen"; readonly partner: string; readonly way: string; readonly instead: string }
  /**
   * What came by a door was not taken, and nothing of it was kept: its sender comes again. `partner`: who it says it is
   * from, where that is one; nobody has made sure of it.
   */
  | {
    readonly name: "exchangeRefused";
    readonly door: string;
    readonly partner?: string;
    readonly error: MitralError;
  }
  /** A partner has given its receipt for our file of public keys of that serial; `error`: it does not take it. */
  | {
    readonly name: "partnerInformed";
    readonly partner: string;
    readonly serial: number;
    readonly error?: MitralError;
  }
  /** It was sent to a partner, and has had no receipt for longer than `receiptMsMax`. Said once of each. */
  | ({
    readonly name: "receiptMissing";
    readonly id: string;
    readonly partner: string;
    readonly ageMs: number;
    readonly error: MitralError;
  } & Place)
  /** An adapter of the exchange reports: `at` a door, `door https`, or a way, `way https to lab`. */
  | {
    readonly name: "exchangeReported";
    readonly at: string;
    readonly event: string;
    readonly facts: Facts;
    readonly error?: MitralError | undefined;
  };

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
