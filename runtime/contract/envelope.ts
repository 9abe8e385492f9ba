import { errorTable, type Fail, type Fault, type Faults } from "./error.ts";
import type { Answer, Outcome } from "./message.ts";
import type { Config, Spec, Unfit } from "./spec.ts";

/** What a sealed message says about itself, bound by the signature inside. */
export interface Statement {
  /** The sender's id of the message; the same for every attempt to deliver it. */
  readonly id: string;
  /** Gateway that sealed it. */
  readonly from: string;
  /** The sender's name for the feed. Visible to a relay. */
  readonly channel: string;
  /** Grows when the sender's journal was restored. */
  readonly epoch: number;
  /** Grows by one a message within an epoch of a channel. */
  readonly sequence: number;
  /** When it was sealed, in milliseconds since 1970-01-01T00:00Z. */
  readonly issuedAtMs: number;
  /** Not opened after this, in milliseconds since 1970-01-01T00:00Z. */
  readonly expiresAtMs: number;
  /** Media type of the payload. */
  readonly contentType: string;
}

/**
 * A key as the library that made it holds it. Only that library looks inside: a hybrid key is no `CryptoKey`, though
 * every `CryptoKey` is one of these.
 */
export interface OpaqueKey {
  /** As the library names it. */
  readonly algorithm: { readonly name: string };
  /** Whether the library would export it. */
  readonly extractable: boolean;
  /** `public`, `private` or `secret`. */
  readonly type: string;
}

/** How signatures are made: EdDSA with Ed25519 (RFC 8032), or ECDSA with P-256 and SHA-256 (FIPS 186-5). */
export type SignatureAlgorithm = "Ed25519" | "ES256";

/**
 * What a key is sealed for by: HPKE with X-Wing (KEM 0x647a) or with ML-KEM-768 and P-256 (KEM 0x0050), or JWE's ECDH-ES
 * with X25519 or P-256 (RFC 7518 section 4.6, RFC 8037), for stacks that have no other.
 */
export type SealingAlgorithm = "MLKEM768-X25519" | "MLKEM768-P256" | "X25519" | "P-256";

/** A key that signs, or that signatures are checked with. */
export interface SignatureKey {
  /** Names the key on the wire: its thumbprint, the same on both sides. */
  readonly keyId: string;
  /** The key itself. */
  readonly key: CryptoKey;
  /** What it signs by. Whatever a signature says of itself, it MUST be checked by this. */
  readonly algorithm: SignatureAlgorithm;
}

/** A private key that opens. */
export interface OpeningKey {
  /** Names the key on the wire: its thumbprint, the same on both sides. */
  readonly keyId: string;
  /** The key itself. */
  readonly key: OpaqueKey;
  /** What it opens. */
  readonly algorithm: SealingAlgorithm;
}

/** A public key of a partner, or our own. */
export interface PublicKey {
  /** Name the gateway calls itself by, as in a statement. */
  readonly gateway: string;
  /** Names the key on the wire: its thumbprint, the same on both sides. */
  readonly keyId: string;
  /** The key itself. */
  readonly key: OpaqueKey;
  /** What is sealed for it. */
  readonly algorithm: SealingAlgorithm;
}

/** Our keys and our partners', as an envelope needs them. */
export interface Keyring {
  /** Name of this gateway. */
  readonly gateway: string;
  /** Signs what we seal and the receipts for what we opened. */
  signingKey(): SignatureKey;
  /** Opens what was sealed for us; `undefined` where the key is not ours or is gone. */
  decryptionKey(keyId: string): OpeningKey | undefined;
  /**
   * The key a partner, by our own name for it, is sealed for now: its first that is valid and of one of these algorithms.
   * Fails where the partner is unknown or suspended, or has no such key.
   */
  encryptionKey(partner: string, algorithms: readonly SealingAlgorithm[]): PublicKey;
  /**
   * A key the gateway, by its own name, signs with; `undefined` where no partner is that gateway, or the key is not one of
   * its keys, expired or revoked.
   */
  verificationKey(gateway: string, keyId: string): SignatureKey | undefined;
  /** What a partner's gateway, by our own name for it, calls itself; fails where the partner is unknown. */
  gatewayOf(partner: string): string;
}

/** What an envelope shows to everybody who carries it. Nothing of it is verified. */
export interface Address {
  /** Gateway that says it sealed it. */
  readonly from: string;
  /** The sender's name for the feed: {@linkcode Statement.channel}. */
  readonly channel: string;
}

/** A sealed envelope. */
export interface Sealed {
  /** The envelope. */
  readonly bytes: Uint8Array;
  /** What we signed inside it: evidence, as {@linkcode Opened.signed} is to whoever opens it. Left out where nobody signs. */
  readonly signed?: Uint8Array;
}

/** An opened envelope. */
export interface Opened {
  /** The bytes that were sealed. */
  readonly payload: Uint8Array;
  /** What the sender says of them, its signature checked. */
  readonly statement: Statement;
  /** What the sender signed, as sent: evidence. */
  readonly signed: Uint8Array;
}

/** What an envelope is given. */
export interface EnvelopeTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** Our keys and our partners'. */
  readonly keys: Keyring;
  /** The time of this call, in milliseconds since 1970-01-01T00:00Z: an envelope has no clock. */
  readonly nowMs: number;
  /** Throws a declared error. */
  readonly fail: Fail<Code>;
}

/**
 * An envelope: how bytes are sealed for partners, opened, receipted. MUST refuse anything altered, cut short, sealed
 * for somebody else, signed by somebody else or expired, each by a declared code, and reveal nothing before all of it
 * is checked.
 */
export interface EnvelopeSpec<
  N extends string = string,
  S extends Spec = Spec,
  Code extends string = string,
> {
  /** As a gateway file names it: lower case, words joined by `_`. Its error codes start with it. */
  readonly name: N;
  /** One sentence, shown by `mitral help` and in the reference. */
  readonly about: string;
  /** Media type of a sealed message. */
  readonly contentType: string;
  /** Media type of a receipt. */
  readonly receiptType: string;
  /** What it can be told; the configuration reader checks a file against this. */
  readonly config: S;
  /** Every error it can fail with, by code, each `NAME_NOUN_STATE` under its own name. */
  readonly errors: Readonly<Record<Code, Fault>>;
  /**
   * True where, as configured, nobody signs: it hides bytes and says nothing of them. Then no partner is named, `seal` and
   * `open` make no use of the statement and the keyring, and answers are those of the carrier and the format, in clear:
   * `receipt` and `judge` are not called. Left out where everything is signed.
   */
  isUnsigned?(config: Config<S>): boolean;
  /** Settings that a gateway file needs for one use and has not. */
  checkUse?(use: "seal" | "open", config: Config<S>): readonly Unfit[];
  /**
   * Seals `payload` under `statement` for every partner named in `to`, by our own names for them. Called for
   * each attempt, since keys and expiry change.
   */
  seal(
    payload: Uint8Array,
    statement: Statement,
    to: readonly string[],
    tools: EnvelopeTools<S, NoInfer<Code>>,
  ): Promise<Sealed>;
  /**
   * What stands outside, for whoever hands it to the channel it is for; `undefined` where it cannot be read. Left out where
   * an envelope shows nothing: no partner can send it through the exchange.
   */
  address?(sealed: Uint8Array): Address | undefined;
  /**
   * Opens what was sealed for us. MUST check the signature, the recipient and the expiry before it returns.
   */
  open(sealed: Uint8Array, tools: EnvelopeTools<S, NoInfer<Code>>): Promise<Opened>;
  /** Our signed statement that we took, or refused, what was opened. Made only after the journal holds it. */
  receipt(
    sealed: Uint8Array,
    opened: Opened,
    outcome: Outcome,
    tools: EnvelopeTools<S, NoInfer<Code>>,
  ): Promise<Answer>;
  /** What a partner's receipt says about the message that was sent; fails where it is not a receipt for it. */
  judge(
    receipt: Uint8Array,
    sent: { readonly statement: Statement; readonly payload: Uint8Array; readonly to: string },
    tools: EnvelopeTools<S, NoInfer<Code>>,
  ): Promise<Outcome>;
}

/** An envelope bound to its config and keys. */
export interface Envelope {
  /** As a gateway file names it. */
  readonly name: string;
  /** Media type of a sealed message. */
  readonly contentType: string;
  /** Media type of a receipt. */
  readonly receiptType: string;
  /** See {@linkcode EnvelopeSpec.isUnsigned}. */
  readonly isUnsigned: boolean;
  /** See {@linkcode EnvelopeSpec.seal}. */
  seal(payload: Uint8Array, statement: Statement, to: readonly string[]): Promise<Sealed>;
  /** See {@linkcode EnvelopeSpec.address}. */
  address?(sealed: Uint8Array): Address | undefined;
  /** See {@linkcode EnvelopeSpec.open}. */
  open(sealed: Uint8Array): Promise<Opened>;
  /** See {@linkcode EnvelopeSpec.receipt}. */
  receipt(sealed: Uint8Array, opened: Opened, outcome: Outcome): Promise<Answer>;
  /** See {@linkcode EnvelopeSpec.judge}. */
  judge(
    receipt: Uint8Array,
    sent: { readonly statement: Statement; readonly payload: Uint8Array; readonly to: string },
  ): Promise<Outcome>;
}

/** Declares an envelope. */
export function defineEnvelope<const N extends string, const S extends Spec, const Code extends string>(
  spec: EnvelopeSpec<N, S, Code> & { readonly errors: Faults<N, Code> },
): EnvelopeSpec<N, S, Code> {
  return spec;
}

/** Binds an envelope to its config, the keys and a clock. */
export function bindEnvelope<S extends Spec, Code extends string>(
  spec: EnvelopeSpec<string, S, Code>,
  config: Config<S>,
  keys: Keyring,
  clock: { nowMs(): number },
): Envelope {
  const { fail } = errorTable(spec.name, spec.errors);
  const tools = () => ({ config, keys, nowMs: clock.nowMs(), fail });
  return {
    name: spec.name,
    contentType: spec.contentType,
    receiptType: spec.receiptType,
    isUnsigned: spec.isUnsigned?.(config) ?? false,
    seal: (payload, statement, to) => spec.seal(payload, statement, to, tools()),
    ...(spec.address ? { address: (sealed: Uint8Array) => spec.address!(sealed) } : {}),
    open: (sealed) => spec.open(sealed, tools()),
    receipt: (sealed, opened, outcome) => spec.receipt(sealed, opened, outcome, tools()),
    judge: (receipt, sent) => spec.judge(receipt, sent, tools()),
  };
}
