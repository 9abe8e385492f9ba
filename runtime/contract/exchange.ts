import type { Intake, Parcel } from "./adapter.ts";
import type { Outcome } from "./message.ts";
import type { Secret } from "./spec.ts";

/** A stream of messages from a partner, or to one. */
export interface Feed {
  /** Our name for the partner. */
  readonly partner: string;
  /**
   * Its sender's name for it: {@linkcode Statement.channel}. Where left out: of what we take, every name that nobody else
   * claims; of what we send, the name of the channel.
   */
  readonly name?: string;
}

/** The exchange of a gateway: all of its doors and ways to partners, which carry nothing but sealed messages. */
export interface Exchange {
  /**
   * Has what a partner sends by any door under a feed handed to `intake`, until the returned function is called. Fails
   * where another channel has that feed.
   */
  claim(feed: Feed, intake: Intake): () => void;
  /**
   * One attempt to bring a sealed parcel to a partner, by the best way there is now; see {@linkcode OpenSender.send}. The
   * outcome is what the partner's signed receipt says. Fails where the partner is unknown, suspended, or has no way that
   * leads to it now.
   */
  send(partner: string, parcel: Parcel, signal: AbortSignal): Promise<Outcome>;
}

/** What is known of a partner when a way to it is made. */
export interface LinkedTo {
  /** Our name for it. */
  readonly partner: string;
  /** Id of its root key, which is pinned. */
  readonly root: string;
  /** Its file says which certificates it shows. */
  readonly isPinned: boolean;
  /** The certificate that our own door of the kind shows, and its key. */
  readonly shown?: { readonly certificate: string; readonly key: Secret };
}

/** Who a gateway is to a relay, and what it signs in with there. */
export interface RelayIdentity {
  /** Its mailbox, and those of its partners are named alike: the id of the root key, 16 hexadecimal digits. */
  readonly mailbox: string;
  /** 32 bytes: the public half of its Ed25519 key for relays. */
  readonly publicBytes: Uint8Array;
  /** 64 bytes: the signature of a challenge (RFC 8032). */
  sign(challenge: Uint8Array): Uint8Array;
}
