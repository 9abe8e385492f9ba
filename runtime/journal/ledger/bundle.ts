import { Buffer } from "node:buffer";

/** Entries behind each other, each behind its length (2 bytes, big-endian): as C2SP tlog-tiles has entry bundles. */
export function bundleOf(entries: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const entry of entries) length += 2 + entry.length;
  const bundle = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const entry of entries) {
    bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** What is in a bundle, in order; `undefined` where it does not end with an entry. */
export function entriesIn(bundle: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const start = at + 2, end = start + bundle[at] * 256 + bundle[at + 1];
    if (!(end <= bundle.length)) return undefined;
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
