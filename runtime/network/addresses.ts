/** An IPv4 or IPv6 address. */
export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** A network: its first address, and how many bits all its addresses share. */
export interface Network {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads an address as people write it; `undefined` for anything else, a zone (`%eth0`) included. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(":") ? valueOf6(text) : valueOf4(text);
  return value === undefined ? undefined : { version: text.includes(":") ? 6 : 4, value };
}

/** Reads `10.1.20.0/24`, or an address as the network of it alone; `undefined` where bits behind the prefix are set. */
export function parseNetwork(text: string): Network | undefined {
  const [, host = "", bits] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address) return undefined;
  const prefix = bits === undefined ? BITS[address.version] : Number(bits);
  if (prefix > BITS[address.version]) return undefined;
  const network = networkAround(address, prefix);
  return network.first === address.value ? network : undefined;
}

/** The network of that size an address is in. */
export function networkAround({ version, value }: Address, prefix: number): Network {
  const size = 1n << BigInt(BITS[version] - prefix);
  return { version, first: value - value % size, prefix };
}

/** How many addresses a network has. */
export function sizeOf({ version, prefix }: Network): bigint {
  return 1n << BigInt(BITS[version] - prefix);
}

/** The network of one address. */
export function networkOf({ version, value }: Address): Network {
  return { version, first: value, prefix: BITS[version] };
}

/** Whether all addresses of the second are in the first. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.version === inner.version && outer.first <= inner.first && lastOf(inner) <= lastOf(outer);
}

/** Whether any address is in both. */
export function overlap(one: Network, other: Network): boolean {
  return one.version === other.version && one.first <= lastOf(other) && other.first <= lastOf(one);
}

/** The last address of a network. */
export function lastOf(network: Network): bigint {
  return network.first + sizeOf(network) - 1n;
}

/** An address as RFC 5952 has it written. */
export function addressText({ version, value }: Address): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => value >> shift & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => value >> BigInt(112 - 16 * at) & 0xffffn);
  const text = groups.map((group) => group.toString(16)).join(":");
  // The longest run of zeros is left out, the first of equals, and never a single one.
  const runs = [...text.matchAll(/(?<=^|:)0(?::0)+(?=:|$)/g)];
  const longest = runs.reduce((best, [run]) => Math.max(best, run.length), 0);
  const run = runs.find(([run]) => run.length === longest);
  if (!run) return text;
  return `${text.slice(0, run.index).replace(/:$/, "")}::${
    text.slice(run.index + longest).replace(/^:/, "")
  }`;
}

/** A network with its prefix: `10.1.20.0/24`, `10.1.20.5/32`. */
export function networkText({ version, first, prefix }: Network): string {
  return `${addressText({ version, value: first })}/${prefix}`;
}

/** First and last address of a network. */
export function rangeOf(network: Network): readonly [string, string] {
  const { version, first } = network;
  return [addressText({ version, value: first }), addressText({ version, value: lastOf(network) })];
}

/** The mask of an IPv4 network, `255.255.255.0`; `isWildcard` for its inverse, as Cisco's access lists have it. */
export function maskOf(network: Network, isWildcard = false): string {
  const wildcard = sizeOf(network) - 1n;
  return addressText({ version: 4, value: isWildcard ? wildcard : 0xffff_ffffn - wildcard });
}

function valueOf4(text: string): bigint | undefined {
  const parts = text.split(".");
  // No leading zeros, which some take for octal.
  const isWritten = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part));
  if (!isWritten || parts.some((part) => Number(part) > 255)) return undefined;
  return parts.reduce((value, part) => value << 8n | BigInt(part), 0n);
}

function valueOf6(text: string): bigint | undefined {
  // Its end may be written as an IPv4 address.
  const [, head = text, tail] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const end = tail === undefined ? undefined : valueOf4(tail);
  if (tail !== undefined && end === undefined) return undefined;
  const whole = end === undefined
    ? head
    : `${head}${(end >> 16n).toString(16)}:${(end & 0xffffn).toString(16)}`;
  const halves = whole.split("::");
  if (halves.length > 2) return undefined;
  const [left, right = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}
