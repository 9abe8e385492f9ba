import { cellAt, type RecognisedDocument, valueAt, valuesOf } from "../../contract/document.ts";
import type { CorrectionFigures } from "../../journal/review/operations.ts";

type Counted = "accepted" | "confirmed" | "corrected";

/**
 * What became of the values of a document that goes on, by template and field. A place where nothing stands counts only where
 * a person has found something there.
 *
 * @param isDoubted whether people looked at the value at a path because it was doubtful
 */
export function figuresOf(
  read: RecognisedDocument,
  decided: RecognisedDocument,
  isDoubted: (path: string) => boolean,
): readonly CorrectionFigures[] {
  // Of a document that a person calls a plain one, nobody has looked at values.
  if (!read.template || decided.kind !== read.kind) return [];
  const template = read.template.name;
  const figures = new Map<string, Record<"read" | Counted, number>>();
  const paths = new Set([...valuesOf(read), ...valuesOf(decided)].map(([path]) => path));
  for (const path of paths) {
    const before = valueAt(read, path)?.value ?? "", after = valueAt(decided, path)?.value ?? "";
    if (before === "" && after === "" && !isDoubted(path)) continue;
    const counted: Counted = before !== after ? "corrected" : isDoubted(path) ? "confirmed" : "accepted";
    const cell = cellAt(path), field = cell ? `${cell.table}.${cell.column}` : path;
    const figure = figures.get(field) ?? { read: 0, accepted: 0, confirmed: 0, corrected: 0 };
    figure.read++;
    figure[counted]++;
    figures.set(field, figure);
  }
  return [...figures].map(([field, figure]) => ({ template, field, ...figure }));
}
