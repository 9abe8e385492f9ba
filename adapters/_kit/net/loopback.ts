/**
 * True for a host that never leaves this machine: 127.0.0.0/8, `::1` (RFC 1122 section 3.2.1.3, RFC 4291 section
 * 2.5.3) and `localhost` (RFC 6761 section 6.3). Takes a bracketed IPv6 address as a URL has it, too.
 */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/**
 * True for an address that many peers may come from: one of this machine, where a proxy is in front, or none, as of a
 * service that hands requests over without saying whose they are.
 */
export function isShared(address: string): boolean {
  return address === "" || isLoopback(address.replace(/^::ffff:/i, ""));
}
