import { isTlsFailure, type TlsTrouble } from "../../contract/tls.ts";

/** What to look for, by the platform's code for a network or a folder that does not do what it should. */
export const netHints = {
  ECONNREFUSED: "The machine is there, but nothing listens on this port, or a firewall refuses it.",
  ETIMEDOUT: "A firewall drops the packets, the address is nobody's, or the way to it (a VPN) is down.",
  ENOTFOUND: "It is misspelt, or known only to another name server.",
  ECONNRESET:
    "It lets only some addresses in, has no connection left, or a proxy in front of it finds nobody behind.",
  EHOSTUNREACH: "There is no way to it: look for the route, the VPN, or a machine that is switched off.",
  ENETUNREACH: "This machine has no way to that network: look for its own network, the route, or the VPN.",
  EADDRINUSE: "Find who has it (ss -ltnp), or choose another port.",
  EADDRNOTAVAIL: "Listen on an address that this machine has (ip addr), or on 0.0.0.0 for all.",
  ENOENT: "It is misspelt, or lies on a share that is not mounted.",
  ENOTDIR: "A file is in its place.",
  EACCES: "The user that this runs as may not: look at owner and mode; ports below 1024 need a privilege.",
  EPERM: "The user that this runs as may not: look at owner and mode.",
  EROFS: "The file system is mounted for reading only.",
  ENOSPC: "The disk is full.",
} as const satisfies Readonly<Record<string, string>>;

const tlsHints: Readonly<Record<TlsTrouble, string>> = {
  missing: "It must show a certificate: that is set at its end.",
  unknown: "Compare its fingerprint with whoever runs it, and pin the new one if it was renewed.",
  untrusted: "Name the CA that signed it with ca, or have its operator send the whole chain.",
  expired: "Its operator must renew it. Nothing here can put that right.",
  early: "It is not valid yet, or the clock of this machine is wrong.",
  named: "Call it by a name it has, or say with serverName which name to look for.",
  outdated: "Its operator must issue a new one, X.509 version 3, with SHA-256 or better.",
  unfit: "Its operator must issue a new one that is made for servers.",
  refused: "It wants a certificate from us, or not this one: ask which CAs and which names it lets in.",
  late: "It accepts connections and does not shake hands: overloaded, or it speaks no TLS on this port.",
  foreign: "It speaks no TLS on this port: another port, or a link without tls.",
  version: "It speaks only versions of TLS that are too old to be safe: it must learn 1.2.",
  cut: "It went away during the handshake: it may want a certificate, or another name (SNI).",
  other: "mitral tls check says more about it.",
};

/** What a person can do about a failure of the network or of a folder; `undefined` where it says all there is. */
export function hintFor(cause: unknown): string | undefined {
  if (isTlsFailure(cause)) return tlsHints[cause.trouble];
  const code = String((cause as { code?: unknown } | null)?.code ?? "");
  if (code.startsWith("EAI_")) return netHints.ENOTFOUND;
  return Object.hasOwn(netHints, code) ? netHints[code as keyof typeof netHints] : undefined;
}
