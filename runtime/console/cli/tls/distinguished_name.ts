import { ByteReader } from "./byte_reader.ts";

/** A distinguished name in DER (RFC 5280 section 4.1.2.4) as certificates' subjects are written here: `CN=acme, O=Acme`. */
export function readName(der: Uint8Array): string {
  const parts: string[] = [];
  const sets = valueIn(new ByteReader(der));
  while (sets.left > 0) {
    const set = valueIn(sets);
    while (set.left > 0) {
      const pair = valueIn(set);
      const type = valueIn(pair).rest().toHex();
      const text = new TextDecoder().decode(valueIn(pair).rest());
      parts.push(`${TYPES[type] ?? type}=${text}`);
    }
  }
  return parts.join(", ");
}

/** The content of the next value, whatever its tag. */
export function valueIn(reader: ByteReader): ByteReader {
  reader.number(1);
  const first = reader.number(1);
  return new ByteReader(reader.take(first < 0x80 ? first : reader.number(first & 0x7f)));
}

/** Names of attribute types (RFC 4514 section 3), by the content of their identifiers. */
const TYPES: Readonly<Record<string, string>> = {
  "550403": "CN",
  "550406": "C",
  "550407": "L",
  "550408": "ST",
  "55040a": "O",
  "55040b": "OU",
  "0992268993f22c640119": "DC",
  "2a864886f70d010901": "emailAddress",
};
