import type { ValueType } from "../template.ts";

/** Fewer examples may look alike by chance. */
const EXAMPLES_MIN = 2;
/** More shapes are no shape. */
const SHAPES_MAX = 3;

/** What identifiers have in common: how many digits, or where digits and letters stand. Undefined where they have nothing. */
export function shapeOf(values: readonly string[]): ValueType | undefined {
  if (values.length < EXAMPLES_MIN) return undefined;
  if (values.every((value) => /^\d+$/.test(value))) {
    const lengths = [...new Set(values.map(({ length }) => length))].sort((a, b) => a - b);
    return lengths.length <= SHAPES_MAX && lengths.length < values.length
      ? { is: "digits", lengths }
      : undefined;
  }
  const shapes = Map.groupBy(values, maskOf);
  if (shapes.size > SHAPES_MAX || shapes.size >= values.length) return undefined;
  return { is: "pattern", patterns: [...shapes.values()].map(withLiterals) };
}

/** `#` for digits, `@` for letters; what else stands there is itself. */
const maskOf = (value: string) => value.replace(/\d/g, "#").replace(/\p{L}/gu, "@");

/** Letters that are the same in all of them stand for themselves: `INV-######`. */
function withLiterals(values: readonly string[]): string {
  const [first] = values;
  if (values.length < EXAMPLES_MIN) return maskOf(first);
  return [...maskOf(first)].map((kind, at) => {
    const isSame = kind === "@" && values.every((value) => value[at] === first[at]);
    return isSame ? first[at] : kind;
  }).join("");
}
