/** True for an IPv4 or IPv6 address, which is no name that a hello may ask for. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
