import type { Fault } from "../../../runtime/contract/error.ts";
import type { TlsFailure, TlsTrouble } from "../../../runtime/contract/tls.ts";
import { type Owned, owned } from "../net/faults.ts";

const own = {
  CERTIFICATE_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot speak TLS: {file} cannot be read ({reason})",
  },
  CERTIFICATE_UNFIT: {
    blame: "operator",
    retry: "never",
    says: "Cannot speak TLS: {setting} {trouble}",
  },
  CERTIFICATE_EXPIRING: {
    blame: "operator",
    retry: "later",
    says: "Cannot speak TLS for long: the certificate of {setting} may be used for {days} days more",
  },
  PARTNER_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot speak TLS: no partner is called {partner}",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What is wrong with a file of ours, by what of it cannot be used. */
export const UNFIT = {
  authority: { file: "ca", trouble: "holds no certificate in PEM, or one that is broken" },
  certificate: { file: "certificate", trouble: "holds no certificate in PEM, or one that is broken" },
  key: { file: "key", trouble: "holds no private key in PEM, or one with a password" },
  pair: { file: "key", trouble: "is not the key of certificate" },
} as const;

const serving = {
  CLIENT_REFUSED: {
    blame: "sender",
    retry: "later",
    says: "Cannot let client in: {why}",
  },
} as const satisfies Readonly<Record<string, Fault>>;

const calling = {
  SERVER_UNTRUSTED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot trust {host} port {port}: its certificate was issued by nobody who is trusted here, or what lies between is not sent ({detail})",
  },
  SERVER_EXPIRED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust {host} port {port}: its certificate has expired",
  },
  SERVER_EARLY: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot trust {host} port {port}: its certificate is not valid yet; one of the two clocks may be wrong",
  },
  SERVER_MISNAMED: {
    blame: "operator",
    retry: "later",
    says: "Cannot trust {host} port {port}: its certificate is for another name",
  },
  SERVER_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot trust {host} port {port}: its certificate is none of those that are pinned",
  },
  SERVER_OUTDATED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust {host} port {port}: its certificate is of an X.509 version that proves nothing",
  },
  CLIENT_UNWANTED: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: {host} port {port} does not take our certificate, or wants one ({detail})",
  },
  HANDSHAKE_FAILED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: no TLS with {host} port {port} ({why})",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What can go wrong with TLS while listening; facts: `file`, `reason`, `setting`, `trouble`, `days`, `partner`, `why`. */
export function servingFaults<const Owner extends string>(
  owner: Owner,
): Owned<Owner, typeof own & typeof serving> {
  return owned(owner, { ...own, ...serving });
}

/** What can go wrong with TLS while calling; facts as above, and `host`, `port`, `detail`. */
export function callingFaults<const Owner extends string>(
  owner: Owner,
): Owned<Owner, typeof own & typeof calling> {
  return owned(owner, { ...own, ...calling });
}

/** Code about our own side of TLS. */
export type OwnTlsCode<Owner extends string> = `${Owner}_${keyof typeof own}`;
/** Code about a client. */
export type ServingTlsCode<Owner extends string> = OwnTlsCode<Owner> | `${Owner}_${keyof typeof serving}`;
/** Code for a server that TLS did not come about with. */
export type CallingTlsCode<Owner extends string> = `${Owner}_${keyof typeof calling}`;

/** The code and the facts for a server that TLS did not come about with. */
export function callingTrouble<const Owner extends string>(
  owner: Owner,
  { trouble, detail }: TlsFailure,
): { readonly code: CallingTlsCode<Owner>; readonly facts: Readonly<Record<string, string>> } {
  return {
    code: `${owner}_${NOUNS[trouble] ?? "HANDSHAKE_FAILED"}`,
    facts: { detail, why: whyOf(trouble, detail) },
  };
}

const NOUNS: Readonly<Partial<Record<TlsTrouble, keyof typeof calling>>> = {
  untrusted: "SERVER_UNTRUSTED",
  expired: "SERVER_EXPIRED",
  early: "SERVER_EARLY",
  named: "SERVER_MISNAMED",
  unknown: "SERVER_UNKNOWN",
  outdated: "SERVER_OUTDATED",
  refused: "CLIENT_UNWANTED",
};

/** Why TLS did not come about, in a few words about the other side. */
export function whyOf(trouble: TlsTrouble, detail: string): string {
  const words = WORDS[trouble];
  return detail === "" ? words : `${words}, ${detail}`;
}

const WORDS: Readonly<Record<TlsTrouble, string>> = {
  missing: "it shows no certificate",
  unknown: "its certificate belongs to none of the partners that may come",
  untrusted: "its certificate is not trusted",
  expired: "its certificate has expired",
  early: "its certificate is not valid yet",
  named: "its certificate is for another name",
  outdated: "its certificate is of an X.509 version that proves nothing",
  unfit: "its certificate is broken, or not its own",
  refused: "it does not trust our certificate",
  late: "the handshake took too long",
  foreign: "what it says is not TLS",
  version: "it speaks no version or cipher in common",
  cut: "it went away in the middle of the handshake",
  other: "the handshake failed",
};
