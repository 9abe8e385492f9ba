// deno-lint-ignore-file no-control-regex -- what is looked for are bytes, not text
/** A protocol that has no business on an MLLP port. */
export interface Stranger {
  /** Also the code of a finding. */
  readonly code: "httpSpoken" | "tlsSpoken" | "sshSpoken" | "proxySpoken";
  readonly says: string;
}

const openings: readonly (Stranger & { readonly pattern: RegExp })[] = [
  {
    code: "httpSpoken",
    pattern: /^(?:(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|PATCH|PRI|CONNECT) \S* ?HTTP\/|HTTP\/\d)/,
    says: "The peer speaks HTTP: a browser, a health check or a client of another port",
  },
  {
    code: "tlsSpoken",
    // A record of version 3.x: a handshake that holds a ClientHello or a ServerHello, or an alert (RFC 8446, 5.1, 4, 6).
    pattern: /^(?:\x16\x03[\x00-\x04][^][^][\x01\x02]|\x15\x03[\x00-\x04]\x00\x02[\x01\x02])/,
    says: "The peer speaks TLS, and this port does not: one of the two is set up wrong",
  },
  { code: "sshSpoken", pattern: /^SSH-\d/, says: "The peer speaks SSH: this is the port of something else" },
  {
    code: "proxySpoken",
    // The header of a load balancer (PROXY protocol, versions 1 and 2).
    pattern: /^(?:PROXY (?:TCP4|TCP6|UNKNOWN)[ \r]|\r\n\r\n\x00\r\nQUIT\n)/,
    says: "A load balancer speaks the PROXY protocol in front of the peer: switch it off for this port",
  },
];

/** Bytes of an opening that are looked at: enough for every pattern, whatever path a request asks for. */
const openingBytesMax = 4096;

/** Who opens a connection like this, where it is none that speaks MLLP. Looks only at the first bytes. */
export function strangerOf(bytes: Uint8Array): Stranger | undefined {
  // Nobody else starts so: VT, the M of MSH, the F of FHS, the B of BHS.
  const first = bytes[0];
  if (first === 0x0b || first === 0x4d || first === 0x46 || first === 0x42) return undefined;
  const text = String.fromCharCode(...bytes.subarray(0, openingBytesMax));
  return openings.find(({ pattern }) => pattern.test(text));
}
