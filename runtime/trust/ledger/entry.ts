/**
 * What an entry of the ledger tells. The ledger is a log that only grows, and shows to whoever trusts neither side that
 * something was written down, and when. Nothing in it says what a message says: hashes, names and times alone.
 */
export type EntryKind =
  /** A ledger begins: with the journal, or after a restore. `before`: the head of the one before, as far as it is known. */
  | "began"
  /** The gateway started; `hash`: of its configuration. */
  | "started"
  /** The gateway stopped as it should. */
  | "stopped"
  /** A message is durable. `outcome` where it was answered in the same commit, or refused. */
  | "received"
  /** Its peer has its answer, `accepted` or `rejected`; `receipt` where that is a signed one. */
  | "acknowledged"
  /** Processed, and for no destination. */
  | "filtered"
  /** An attempt to deliver has failed; `statement` where it went out sealed all the same. */
  | "attempted"
  /** The peer of a destination has taken it; nothing signed says so. */
  | "delivered"
  /** The partner's signed receipt is here: `accepted` or `rejected`. */
  | "receipted"
  /** A message, or a delivery of it, cannot go on. */
  | "quarantined"
  /** A person has done something: `act` says what, in the past: `viewed`, `replayed`, `corrected as ID`, `paused`. */
  | "act"
  /** A channel's configuration, or the gateway's, counts from now on; `hash` of it. */
  | "config"
  /** The gateway's own keys changed; `serial` of its partner file. */
  | "keys"
  /** A partner's keys or state changed: `serial` and `hash` of its file, `outcome`: its state. */
  | "partner"
  /** Somebody signed in to the console, or could not. */
  | "login"
  /** Somebody should look: `code` says at what. */
  | "alarm";

/** Which message an entry is about, and where. */
export type EntryPlace = Pick<LedgerEntry, "channel" | "destination" | "message">;

/** One entry. Times are in milliseconds since 1970-01-01T00:00Z; hashes are SHA-256, in hex. */
export interface LedgerEntry {
  /** What happened. */
  readonly kind: EntryKind;
  /** When, by this gateway's clock. */
  readonly atMs: number;
  /** Name of the channel. */
  readonly channel?: string;
  /** Name of the destination in that channel. */
  readonly destination?: string;
  /** Id of the message: the gateway's own. */
  readonly message?: string;
  /** The person who did it, or approved it. */
  readonly by?: string;
  /** What a person did, in the past. */
  readonly act?: string;
  /** How it ended: `accepted`, `rejected`; a partner's state. */
  readonly outcome?: string;
  /** Error code that explains the outcome. */
  readonly code?: string;
  /** The other gateway, as it calls itself. */
  readonly gateway?: string;
  /** Of the received bytes behind a salt of 16 bytes that is kept, and forgotten, with them: nobody can guess its way to them. */
  readonly body?: string;
  /** Of the sender's signed statement. */
  readonly statement?: string;
  /** Of the sealed envelope. */
  readonly envelope?: string;
  /** Of the addressee's signed receipt. */
  readonly receipt?: string;
  /** Of a file: a configuration, a partner file. */
  readonly hash?: string;
  /** Serial of a partner file. */
  readonly serial?: number;
  /** Of `began`: `ORIGIN SIZE ROOT` of the ledger before, the root in base64. */
  readonly before?: string;
}
