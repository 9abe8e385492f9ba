import { tableDefinition } from "../definitions/definitions.ts";

/**
 * What is odd about a label of MSH-18: one that is close to one of table 0211 names the set another way (`UTF-8` for
 * `UNICODE UTF-8`), any other says nothing.
 */
export function oddCharset(label: string): "charset_mismatch" | "charset_unknown" | undefined {
  const labels = tableDefinition("0211")?.values;
  if (labels === undefined || labels.has(label)) return undefined;
  const plain = plainOf(label);
  const isClose = plain.length > 3 &&
    [...labels.keys()].map(plainOf).some((other) => other.endsWith(plain) || plain.endsWith(other));
  return isClose ? "charset_mismatch" : "charset_unknown";
}

function plainOf(label: string): string {
  return label.toUpperCase().replace(/[^A-Z0-9]/g, "");
}
