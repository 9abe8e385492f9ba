import type { Trouble } from "./records.ts";

/**
 * How a message is recognised when it comes again.
 * `exact`: the same control id and the same bytes. `sealed`: the same id from the same partner. `keyed`: the key its sender
 * gave it, beside the message; where that is new and there is `orElse`, by that. Other bytes under that id are put into
 * quarantine for the reason in `conflict`, where there is one.
 */
export type Sameness =
  | ExactSameness
  | SealedSameness
  | {
    readonly kind: "keyed";
    readonly key: string;
    readonly conflict: Trouble;
    readonly orElse?: ExactSameness;
  };

/** The same by the id that the partner's gateway has given it. */
export interface SealedSameness {
  readonly kind: "sealed";
  readonly from: string;
  readonly id: string;
  /** When this attempt was sealed, by the sender's clock: one that was refused counts anew where it was sealed since. */
  readonly sealedAtMs: number;
  readonly conflict: Trouble;
}

/** The same by control id and bytes. */
export interface ExactSameness {
  readonly kind: "exact";
  /** How long it is recognised; longer while it is its sender's latest message. */
  readonly windowMs: number;
  readonly conflict?: Trouble;
}
