import type { MitralError } from "../contract/error.ts";
import type { PartnerState } from "../trust/partner_book.ts";

/** What a gateway tells of its own keys, its partners, and what it has exchanged with them, as it happens. */
export type PartnerEvent =
  /** Our own keys lie in clear, or what was written over their file cannot be used: those there were go on. */
  | { readonly name: "keysTroubled"; readonly error: MitralError }
  /** Our own keys were made anew, and count from now on; `serial` grows with every change. */
  | { readonly name: "keysChanged"; readonly serial: number }
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
  /** The partners' folder has something else of it from now on; `serial` is that of an active one's file. */
  | {
    readonly name: "partnerUpdated";
    readonly partner: string;
    readonly state: PartnerState | "removed";
    readonly serial?: number;
  };
