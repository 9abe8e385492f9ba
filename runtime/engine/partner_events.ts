import type { Facts, MitralError } from "../contract/error.ts";
import type { PartnerState } from "../trust/partner_book.ts";
import type { Place } from "./events.ts";

/** What a gateway tells of its own keys, its partners and the exchange with them, as it happens. */
export type PartnerEvent =
  /** Our own keys lie in clear, or what was written over their file cannot be used: those there were go on. */
  | { readonly name: "keysTroubled"; readonly error: MitralError }
  /** Our own keys were made anew, `by` this person, and count from now on; `serial` grows with every change. */
  | { readonly name: "keysChanged"; readonly serial: number; readonly by?: string }
  /** Its certificates cannot be read any more, or may soon not be used. */
  | { readonly name: "partnerTroubled"; readonly partner: string; readonly error: MitralError }
  /** Its files have other certificates from now on: so many of its own. */
  | { readonly name: "partnerChanged"; readonly partner: string; readonly certificates: number }
  /** Accounts with a partner were compared: numbers of messages, of all feeds and both ways. */
  | {
    readonly name: "accountCompared";
    readonly partner: string;
    readonly agreed: number;
    readonly missing: number;
    readonly contradicted: number;
    readonly unknown: number;
    readonly unreceipted: number;
    readonly gaps: number;
  }
  /** They differ: somebody should look. */
  | { readonly name: "accountDisputed"; readonly partner: string; readonly error: MitralError }
  /** A partner's gateway could not be told our account, or would not hear it; it is tried again. */
  | { readonly name: "accountFailed"; readonly partner: string; readonly error: MitralError }
  /**
   * Something is wrong with a ledger, ours or a partner's: somebody should look. `partner`: it was found with, or at, it. Said
   * once of each.
   */
  | { readonly name: "ledgerAlarmed"; readonly partner?: string; readonly error: MitralError }
  /** A partner has signed the head of our ledger of that size: it has seen it. */
  | { readonly name: "ledgerWitnessed"; readonly partner: string; readonly size: number }
  /** A partner has not signed the head of our ledger, or could not be told what we say of its; it is tried again. */
  | { readonly name: "witnessFailed"; readonly partner: string; readonly error: MitralError }
  /** What a partner showed of its ledger is not what it must be, and was not signed. */
  | { readonly name: "checkpointRefused"; readonly partner: string; readonly error: MitralError }
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
  }
  /** The partners' folder has something else of it from now on; `serial` is that of an active one's file. */
  | {
    readonly name: "partnerUpdated";
    readonly partner: string;
    readonly state: PartnerState | "removed";
    readonly serial?: number;
  };
