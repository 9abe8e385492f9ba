/** The key a gateway signs in at relays with (Ed25519). Its private half cannot be taken out. */
export interface RelayKey {
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
  /** 64 bytes: the signature of a challenge (RFC 8032). At once: NATS clients do not wait for one. */
  sign(challenge: Uint8Array): Uint8Array;
}
