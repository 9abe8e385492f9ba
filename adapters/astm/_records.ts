import { CR } from "./_frame.ts";

const [UPPER, LOWER] = [0x4c, 0x6c];

/**
 * True where the last record of a message is its terminator: it begins with L, and then comes the field delimiter that
 * the first record, the header, has declared in its second place. Source: CLSI LIS02-A2, 6.1 and 13.
 */
export function endsMessage(bytes: Uint8Array): boolean {
  let until = bytes.length;
  while (until > 0 && bytes[until - 1] === CR) until--;
  const from = bytes.lastIndexOf(CR, until - 1) + 1;
  const delimiter = bytes[1];
  return until > from && (bytes[from] === UPPER || bytes[from] === LOWER) &&
    (from + 1 === until || bytes[from + 1] === delimiter);
}

/** A message's records, each with the CR behind it. */
export function* recordsOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(CR, from);
    const until = end < 0 ? bytes.length : end + 1;
    yield bytes.subarray(from, until);
    from = until;
  }
}
