import { type Entries, isContractField, type Shape } from "./shape.ts";

/** True where a setting, a slot or a section need not be written, because it is optional or has a default. */
export function mayBeLeftOut(shape: Shape): boolean {
  if ("optional" in shape && shape.optional) return true;
  if ("default" in shape && shape.default !== undefined) return true;
  if (shape.kind === "record") return Object.values(shape.fields).every(mayBeLeftOut);
  if (shape.kind !== "section" || isContractField(shape)) return false;
  return shape.adapter === undefined && Object.values(shape.entries as Entries).every(mayBeLeftOut);
}
