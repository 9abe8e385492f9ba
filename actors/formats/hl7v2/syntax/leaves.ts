import type { Delimiters } from "./delimiters.ts";

/**
 * The leaves of one segment as encoded text, empty ones among them, each with its path behind the segment:
 * `-3[1].1.1`.
 */
export function* leavesOf(
  segment: string,
  { field, repetition, component, subcomponent }: Delimiters,
): Generator<readonly [path: string, text: string]> {
  let fields = segment.split(field).slice(1), number = 1;
  if (segment.startsWith("MSH")) {
    yield ["-1[1].1.1", field];
    yield ["-2[1].1.1", fields[0]];
    fields = fields.slice(1);
    number = 3;
  }
  for (const text of fields) {
    for (const [r, one] of text.split(repetition).entries()) {
      for (const [c, inner] of one.split(component).entries()) {
        for (const [s, leaf] of inner.split(subcomponent).entries()) {
          yield [`-${number}[${r + 1}].${c + 1}.${s + 1}`, leaf];
        }
      }
    }
    number++;
  }
}
