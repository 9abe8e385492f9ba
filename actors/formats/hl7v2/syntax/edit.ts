import { withoutPart, withPart } from "./parts.ts";
import type { Delimiters } from "./delimiters.ts";
import { ALL, LEFT_OUT, type Path } from "./path.ts";

/** The field with its leaf at `path` replaced by `text`, which is encoded already. */
export function writeLeaf(field: string, path: Path, delimiters: Delimiters, text: string): string {
  const { repetition, component, subcomponent } = delimiters;
  return withPart(
    field,
    repetition,
    path.repetition || 1,
    (one) =>
      withPart(
        one,
        component,
        path.component || 1,
        (inner) => withPart(inner, subcomponent, path.subcomponent || 1, () => text),
      ),
  );
}

/** The field without what `path` names in it: everything, a repetition, a component or a subcomponent. */
export function removeFrom(field: string, path: Path, delimiters: Delimiters): string {
  const { repetition } = delimiters;
  if (path.component === LEFT_OUT) {
    return path.repetition > 0 ? withoutPart(field, repetition, path.repetition) : "";
  }
  const remove = (one: string) =>
    withPart(
      one,
      delimiters.component,
      path.component,
      (inner) =>
        path.subcomponent === LEFT_OUT
          ? ""
          : withPart(inner, delimiters.subcomponent, path.subcomponent, () => ""),
    );
  return path.repetition === ALL
    ? field.split(repetition).map(remove).join(repetition)
    : withPart(field, repetition, path.repetition || 1, remove);
}
