import type { PathUse } from "../../../runtime/contract/format.ts";
import { errors } from "./errors.ts";

/** Stands for every row: `[*]`. */
export const ALL: unique symbol = Symbol("[*]");

/** A path, taken apart. */
export interface CsvPath {
  /** Counts from 1; `undefined` where the path does not say. */
  readonly row: number | typeof ALL | undefined;
  /** `undefined` where the path is of whole rows. */
  readonly name: string | undefined;
}

const NAME = String.raw`"(?:[^"]|"")*"|[^\s.[\]"@*](?:[^.[\]"]*[^\s.[\]"])?`;
const PATH = new RegExp(String.raw`^(?:(?:\[(?:([1-9]\d{0,8})|(\*))\]|@)(?:\.(${NAME}))?|\.?(${NAME}))$`);

/**
 * Takes a path apart: `[2].NAME`, `[*].NAME`, `NAME`, `[2]`, `[*]`; a name with dots, brackets, quotes or blanks around
 * it is quoted, as in `[2]."A ""name"""`. `@` is the row one stands at, and `@.NAME` or `.NAME` a column of it.
 *
 * Errors: CSV_PATH_INVALID.
 */
export function readPath(path: string): CsvPath {
  const parts = PATH.exec(path);
  if (!parts) return errors.fail("CSV_PATH_INVALID", { path });
  const [, row, all, ofRow, alone] = parts;
  const name = ofRow ?? alone;
  return {
    row: row !== undefined ? Number(row) : all === undefined ? undefined : ALL,
    name: name?.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  };
}

/** The path of a row, or of one of its fields. */
export function pathOf(row: number, name?: string): string {
  if (name === undefined) return `[${row}]`;
  const isPlain = /^[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*$/u.test(name);
  return `[${row}].${isPlain ? name : `"${name.replaceAll('"', '""')}"`}`;
}

/** Fails where no table takes the path. Errors: CSV_PATH_INVALID. */
export function checkPath(path: string, use: PathUse): void {
  const { row, name } = readPath(path);
  const isOne = row !== ALL;
  const isTaken = { get: isOne, read: true, write: isOne && name !== undefined, split: name === undefined };
  if (!isTaken[use]) errors.fail("CSV_PATH_INVALID", { path });
}
