import { cellAt, type ReadValue } from "../../../../../runtime/contract/document.ts";

/** Values that checks make surer, or doubtful, or fill. */
export interface Understood {
  readonly fields: Record<string, ReadValue>;
  readonly tables: Record<string, Record<string, ReadValue>[]>;
  /** What else a pass read of a value, by path. */
  readonly others: ReadonlyMap<string, readonly string[]>;
}

/** Puts a value in its place. */
export function write(found: Understood, path: string, value: ReadValue): void {
  const cell = cellAt(path);
  if (cell) found.tables[cell.table][cell.row - 1][cell.column] = value;
  else found.fields[path] = value;
}
