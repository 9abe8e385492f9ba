import { inexactCharsetOf } from "../charsets/charset.ts";
import type { Delimiters } from "./delimiters.ts";
import { partOf } from "./parts.ts";
import { lineAt } from "./wire.ts";

/** What MSH-18 of an MSH segment says, by its repetitions. */
export function labelsOf(header: string, delimiters: Delimiters): readonly string[] {
  return (partOf(header, delimiters.field, 18) ?? "").split(delimiters.repetition);
}

/**
 * The same of the segment that bytes begin with, which are not decoded yet. The second byte of a character may look like the field
 * separator; the label then stands further back than it does once it is known.
 */
export function labelsIn(bytes: Uint8Array, text: string, delimiters: Delimiters): readonly string[] {
  // deno-lint-ignore no-control-regex
  if (/^[\0-\x1a\x1c-\x7f]*$/.test(text)) return labelsOf(text, delimiters);
  const [first = [""], ...others] = text.split(delimiters.field).slice(17)
    .map((field) => field.split(delimiters.repetition));
  const isThere = (labels: readonly string[]) => {
    const charset = inexactCharsetOf(labels);
    return charset && labelsOf(charset.decode(lineAt(bytes, 0)), delimiters).join() === labels.join();
  };
  const isPlain = first.join("") !== "" && inexactCharsetOf(first) === undefined;
  return isPlain ? first : [first, ...others].find(isThere) ?? [""];
}
