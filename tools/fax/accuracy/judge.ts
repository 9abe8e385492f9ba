import {
  type ReadRow,
  type ReadValue,
  type RecognisedDocument,
  valueAt,
} from "../../../runtime/contract/document.ts";
import type { PatientVerdict } from "../../../runtime/engine/patients/verdict.ts";
import { isSame } from "./same.ts";
import { kindOf, type Truth } from "./samples.ts";

/** A document as it was read, with what the product says of it. */
export interface Outcome {
  readonly document: RecognisedDocument;
  /** Paths of values that wait for a person. */
  readonly doubted: ReadonlySet<string>;
  readonly verdict: PatientVerdict;
}

/** What a person sees who looks why. */
export interface Miss {
  readonly path: string;
  readonly truth: string;
  readonly read?: ReadValue;
  readonly isAccepted: boolean;
}

/** Sums over documents. */
export interface Tally {
  documents: number;
  /** Values that stand on them. */
  values: number;
  right: number;
  /** Taken without a person. */
  accepted: number;
  /** Of these, what is not on the page. */
  acceptedWrong: number;
  /** Taken to be about somebody whom they are not about. */
  wrongPatients: number;
  /** Whose patient the index confirms. */
  confirmed: number;
  /** Taken for what they are. */
  classified: number;
  /** Neither invoice nor laboratory report, and taken for one. */
  forced: number;
}

export const nothing = (): Tally => ({
  documents: 0,
  values: 0,
  right: 0,
  accepted: 0,
  acceptedWrong: 0,
  wrongPatients: 0,
  confirmed: 0,
  classified: 0,
  forced: 0,
});

export function add(to: Tally, more: Tally): void {
  for (const key of Object.keys(more) as (keyof Tally)[]) to[key] += more[key];
}

/**
 * What says whose document it is: taken only where the index confirms all of it together. What goes on is then the patient
 * as the index has them, and that is right where they are the right one.
 */
const IDENTITY = new Set(["patientName", "mrn", "dob"]);

/**
 * Compares what was read with what stands there. Values that the truth does not name are not judged, except those of rows
 * that are none: a row that nobody printed has wrong values. What was not looked for is not right, and not accepted.
 */
export function judge(
  truth: Truth,
  { document, doubted, verdict }: Outcome,
): { tally: Tally; misses: Miss[] } {
  const tally = nothing(), misses: Miss[] = [];
  const kind = kindOf(truth.type);
  tally.documents = 1;
  tally.classified = document.kind === kind ? 1 : 0;
  tally.forced = isStructured(document) && kind !== document.kind && !isStructuredKind(kind) ? 1 : 0;
  const isTheirs = verdict.kind === "matched" && verdict.patient.mrn === truth.fields.mrn;
  if (isTheirs) tally.confirmed = 1;
  else if (verdict.kind === "matched") tally.wrongPatients = 1;
  // What belongs to no template has no values to read: it has to stay unknown, and that is all.
  if (kind === "unknown") return { tally, misses };
  for (const [name, value] of Object.entries(truth.fields)) {
    if (typeof value === "string") count(name, name, value);
    else countRows(name, value);
  }
  return { tally, misses };

  function count(name: string, path: string, stands: string | undefined): void {
    const read = valueAt(document, path);
    const isRight = read !== undefined && stands !== undefined && isSame(name, read.value, stands);
    const isIdentity = IDENTITY.has(path);
    const isTaken = isIdentity ? verdict.kind === "matched" : read !== undefined && read.value !== null;
    const isAccepted = isTaken && !doubted.has(path);
    const isAcceptedRight = isIdentity ? isTheirs : isRight;
    if (stands !== undefined) {
      tally.values++;
      if (isRight) tally.right++;
    }
    if (isAccepted) tally.accepted++;
    if (isAccepted && !isAcceptedRight) tally.acceptedWrong++;
    if (!isAccepted || !isAcceptedRight) misses.push({ path, truth: stands ?? "", read, isAccepted });
  }

  function countRows(table: string, rows: readonly Readonly<Record<string, string>>[]): void {
    const read = document.tables[table] ?? [];
    const partners = pairRows(rows, read);
    for (const [at, row] of rows.entries()) {
      // Row 0 is no row: what was not found is not read.
      const partner = partners[at] ?? -1;
      for (const [column, value] of Object.entries(row)) {
        count(column, `${table}[${partner + 1}].${column}`, value);
      }
    }
    const columns = Object.keys(rows[0] ?? {});
    for (const at of read.keys()) {
      if (partners.includes(at)) continue;
      for (const column of columns) {
        if (read[at][column]?.value) count(column, `${table}[${at + 1}].${column}`, undefined);
      }
    }
  }
}

const isStructuredKind = (kind: string) => kind === "invoice" || kind === "lab_report";
const isStructured = (document: RecognisedDocument) => isStructuredKind(document.kind);

/**
 * For each row of the truth, in order, the row that was read of it: as many same values as possible over all rows, order
 * kept, as when two texts are compared.
 */
function pairRows(
  rows: readonly Readonly<Record<string, string>>[],
  read: readonly ReadRow[],
): (number | undefined)[] {
  const same = (row: Readonly<Record<string, string>>, other: ReadRow) =>
    Object.entries(row).filter(([name, value]) =>
      value !== "" && isSame(name, other[name]?.value ?? null, value)
    ).length;
  // best[i][j]: how many values agree when rows from i on are paired with what was read from j on.
  const best = Array.from({ length: rows.length + 1 }, () => new Array<number>(read.length + 1).fill(0));
  for (let i = rows.length - 1; i >= 0; i--) {
    for (let j = read.length - 1; j >= 0; j--) {
      best[i][j] = Math.max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + same(rows[i], read[j]));
    }
  }
  const partners: (number | undefined)[] = rows.map(() => undefined);
  for (let i = 0, j = 0; i < rows.length && j < read.length;) {
    const agreed = same(rows[i], read[j]);
    if (agreed > 0 && best[i][j] === best[i + 1][j + 1] + agreed) partners[i++] = j++;
    else if (best[i][j] === best[i][j + 1]) j++;
    else i++;
  }
  return partners;
}
