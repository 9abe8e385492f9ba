/** Addresses of one network: those that begin with the first `bits` of `bytes`. */
export interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/**
 * Bytes of an address without a port: 4 of IPv4, also where it is written as IPv6 (`::ffff:192.0.2.7`, RFC 4291 section
 * 2.5.5.2), else 16. A zone (`fe80::1%eth0`) is left out. `undefined` where it is none.
 */
export function addressBytes(address: string): Uint8Array | undefined {
  const [bare] = address.split("%", 1);
  if (!bare.includes(":")) return fourBytes(bare);
  const bytes = sixteenBytes(bare);
  return bytes && isMapped(bytes) ? bytes.subarray(12) : bytes;
}

/** The address of the other end of a connection: that of `192.0.2.7:51022`, `::1:51022` or `[::1]:51022`. */
export function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** A network in CIDR, `10.0.0.0/8` or `2001:db8::/32`, or one address. `undefined` where it is neither. */
export function networkOf(text: string): Network | undefined {
  const [address, length, ...rest] = text.split("/");
  const bytes = addressBytes(address);
  if (!bytes || rest.length > 0 || length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bitsMax = bytes.length * 8;
  // Of an IPv4 address that is written as IPv6, the length counts as for IPv6.
  const ahead = address.includes(":") ? 128 - bitsMax : 0;
  const bits = length === undefined ? bitsMax : Number(length) - ahead;
  return bits >= 0 && bits <= bitsMax ? { bytes, bits } : undefined;
}

/** True where an address is one of a network. */
export function isWithin(address: Uint8Array, { bytes, bits }: Network): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (address[at] !== bytes[at]) return false;
  const shift = 8 - (bits & 7);
  return shift === 8 || address[whole] >> shift === bytes[whole] >> shift;
}

/**
 * Whom an address is counted as. One host may have all 2^64 addresses of an IPv6 network, so these are one; on local
 * networks (fc00::/7, fe80::/10), where the hosts are ours, and on this machine (::1), each address is one.
 */
export function peerOf(address: string): string {
  const bytes = addressBytes(address);
  if (!bytes) return address;
  if (bytes.length === 4) return bytes.join(".");
  const isLocal = (bytes[0] & 0xfe) === 0xfc || bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80;
  const isOurs = bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0);
  return bytes.subarray(0, isLocal || isOurs ? 16 : 8).toHex();
}

function fourBytes(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const areBytes = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return parts.length === 4 && areBytes ? Uint8Array.from(parts, Number) : undefined;
}

/** As in RFC 4291 section 2.2. */
function sixteenBytes(text: string): Uint8Array | undefined {
  // Its last 4 bytes may be written as those of IPv4 are.
  const lastFour = text.includes(".") ? fourBytes(text.slice(text.lastIndexOf(":") + 1)) : undefined;
  const hex = lastFour ? text.slice(0, text.lastIndexOf(":") + 1) + groupsOf(lastFour) : text;
  const halves = hex.split("::").map((half) => half === "" ? [] : half.split(":"));
  if (halves.length > 2 || !halves.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const [head, tail = []] = halves.map((groups) => groups.map((group) => parseInt(group, 16)));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf([a, b, c, d]: Uint8Array): string {
  return `${(a << 8 | b).toString(16)}:${(c << 8 | d).toString(16)}`;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0);
}
