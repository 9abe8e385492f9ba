import type { Format } from "../../contract/format.ts";

const cr = 0x0d;
const lf = 0x0a;

/** Content of a test file as it goes over the wire: in HL7 v2 every line's end is CR. */
export function asWire(bytes: Uint8Array, format: Pick<Format, "name"> | undefined): Uint8Array {
  if (format?.name !== "hl7v2") return bytes;
  const out = new Uint8Array(bytes.length);
  let length = 0;
  bytes.forEach((byte, at) => {
    if (byte !== lf) out[length++] = byte;
    else if (bytes[at - 1] !== cr) out[length++] = cr;
  });
  return out.slice(0, length);
}
