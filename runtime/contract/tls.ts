/** TLS as the machine speaks it: versions 1.2 and 1.3, as server and as client. PEM texts are those of RFC 7468. */

/** A certificate that a peer has shown, together with the proof that it has the key. */
export interface PeerCertificate {
  /** SHA-256 of its DER encoding: 64 hexadecimal digits, lower case. */
  readonly fingerprint: string;
  /** SHA-256 of its public key (SubjectPublicKeyInfo, DER), base64: the pin of RFC 7469 section 2.4. */
  readonly keyPin: string;
  /** Its subject: `CN=acme, O=Acme`. Of an organisation or a machine; may be logged. */
  readonly subject: string;
  /** Who signed it, as `subject` is written. */
  readonly issuer: string;
  /** From when it may be used, in milliseconds since 1970-01-01T00:00Z. */
  readonly validFromMs: number;
  /** Until when it may be used, in milliseconds since 1970-01-01T00:00Z. */
  readonly validUntilMs: number;
}

/** A certificate with its key. */
export interface TlsIdentity {
  /** PEM: the certificate, and then those between it and a root. */
  readonly certificate: string;
  /** PEM: its private key, PKCS #8, PKCS #1 or SEC 1, not encrypted. */
  readonly key: string;
}

/** Oldest version that is spoken; the newest both sides know is. */
export type TlsVersion = "1.2" | "1.3";

/** TLS as a server speaks it. */
export interface ServerTls extends TlsIdentity {
  /** What is shown to a client that asks for another name (SNI, RFC 6066 section 3), by that name in lower case. */
  readonly names?: Readonly<Record<string, TlsIdentity>>;
  /** Oldest version that is spoken. */
  readonly versionMin: TlsVersion;
  /** Where given, a client MUST show a certificate that is let in. */
  readonly clients?: ClientCheck;
}

/**
 * Which clients a server lets in: by their own certificate or key, never by who has signed it. The client's proof that it
 * has the key, version 3 of X.509 and the dates are checked before `admit` is asked.
 */
export interface ClientCheck {
  /**
   * Our name for whom a certificate belongs to; `undefined` refuses it. Asked on every connection, resumed or not, on
   * every HTTP request, and again by `review`: what it says now is what counts.
   */
  admit(certificate: PeerCertificate): string | undefined;
}

/** TLS as a client speaks it. */
export interface ClientTls {
  /** PEM: what the server's chain may end in, instead of the roots this machine trusts. */
  readonly anchors?: readonly string[];
  /**
   * Where given, the server is known by its own certificate or key, and who has signed it and the name in it do not
   * matter. The server's proof that it has the key, version 3 of X.509 and the dates are checked all the same.
   */
  admit?(certificate: PeerCertificate): boolean;
  /** Name the server's certificate MUST carry, and that it is asked for; the host where left out. */
  readonly serverName?: string;
  /** What is shown to a server that asks who we are. */
  readonly identity?: TlsIdentity;
  /** Oldest version that is spoken. */
  readonly versionMin: TlsVersion;
}

/**
 * Why TLS did not come about. Of the peer's certificate: `missing` (none was shown), `unknown` (not let in, or not
 * pinned), `untrusted` (its chain ends in nothing that is trusted, or its middle is not sent), `expired`, `early` (not
 * valid yet), `named` (for another name), `outdated` (X.509 before version 3, or an algorithm nobody should use), `unfit`
 * (broken, or not made for this use). Of ours: `refused` (the peer does not take it, or wants one). Of the handshake:
 * `late`, `foreign` (what came is not TLS), `version` (no version in common), `cut` (the peer went away), `other`.
 */
export type TlsTrouble =
  | "missing"
  | "unknown"
  | "untrusted"
  | "expired"
  | "early"
  | "named"
  | "outdated"
  | "unfit"
  | "refused"
  | "late"
  | "foreign"
  | "version"
  | "cut"
  | "other";

/** What `connect` and `fetch` reject with where TLS did not come about; `code` is `ETLS`. */
export interface TlsFailure extends Error {
  /** Tells it from other errors of the network. */
  readonly code: "ETLS";
  /** Which rule was broken. */
  readonly trouble: TlsTrouble;
  /** The platform's code or its own words, for a person: `CERT_HAS_EXPIRED`. Never content. */
  readonly detail: string;
  /** The certificate it is about, where one was shown. */
  readonly certificate?: PeerCertificate;
}

/** A connection that a server did not let in. */
export interface TlsRefusal {
  /** The other end: `192.0.2.7:51022`. */
  readonly peer: string;
  /** Which rule was broken. */
  readonly trouble: TlsTrouble;
  /** The platform's code or its own words, for a person. Never content. */
  readonly detail: string;
  /** The certificate it is about, where one was shown. */
  readonly certificate?: PeerCertificate;
}

/** True for what `connect` and `fetch` reject with where TLS did not come about. */
export function isTlsFailure(cause: unknown): cause is TlsFailure {
  return cause instanceof Error && (cause as { code?: unknown }).code === "ETLS";
}
