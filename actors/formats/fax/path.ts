import type { PathUse } from "../../../runtime/contract/format.ts";
import { errors } from "./errors.ts";

/** What is known of a value beside what it is. */
export const FACETS = ["confidence", "raw", "source", "page"] as const;
/** One of them. */
export type Facet = typeof FACETS[number];

/** What is known of the document beside its values; nothing of it can be written. */
export const DOCUMENT_FACTS = ["kind", "template", "pages"] as const;
/** What is known of the patient, once somebody may rely on it. */
export const PATIENT_FACTS = ["mrn", "authority", "family", "given", "birthDate", "sex"] as const;

/** What a path means. */
export type Path =
  /** `kind` */
  | { readonly of: "document"; readonly fact: typeof DOCUMENT_FACTS[number] }
  /** `patient.mrn` */
  | { readonly of: "patient"; readonly fact: typeof PATIENT_FACTS[number] }
  /** `total`, `total.confidence`; also the name of a table. */
  | { readonly of: "field"; readonly name: string; readonly facet?: Facet }
  /** `lines[1]`, `lines[*].amount`, `lines.amount.confidence`; no row stands for all of them. */
  | {
    readonly of: "table";
    readonly table: string;
    readonly row?: number;
    readonly column?: string;
    readonly facet?: Facet;
  };

const NAME = "[A-Za-z_][A-Za-z0-9_]{0,63}";
const PATH = new RegExp(`^(${NAME})(?:\\[([1-9]\\d{0,5}|\\*)\\])?(?:\\.(${NAME}))?(?:\\.(${NAME}))?$`);

/** Takes a path apart. Errors: FAX_PATH_INVALID. */
export function compilePath(path: string): Path {
  const refuse = () => errors.fail("FAX_PATH_INVALID", { path });
  const parts = PATH.exec(path);
  if (!parts) return refuse();
  const [, name, row, second, third] = parts;
  if (row === undefined && second === undefined) {
    const fact = DOCUMENT_FACTS.find((each) => each === name);
    return fact ? { of: "document", fact } : { of: "field", name };
  }
  if (name === "patient") {
    const fact = PATIENT_FACTS.find((each) => each === second);
    return fact && row === undefined && third === undefined ? { of: "patient", fact } : refuse();
  }
  const facet = facetOf(third ?? second);
  if (row === undefined && third === undefined && facet) return { of: "field", name, facet };
  if (third !== undefined && !facet || third === undefined && facet) return refuse();
  return {
    of: "table",
    table: name,
    ...(row !== undefined && row !== "*" && { row: Number(row) }),
    ...(second !== undefined && { column: second }),
    ...(third !== undefined && { facet: facet! }),
  };
}

function facetOf(name: string | undefined): Facet | undefined {
  return FACETS.find((each) => each === name);
}

/** Fails where no document takes the path for a use. Errors: FAX_PATH_INVALID, FAX_PATH_FIXED. */
export function checkPath(path: string, use: PathUse): void {
  const compiled = compilePath(path);
  const isOne = compiled.of !== "table" || compiled.row !== undefined && compiled.column !== undefined;
  if ((use === "get" || use === "write") && !isOne) errors.fail("FAX_PATH_INVALID", { path });
  if (use === "write") checkWritable(compiled, path);
  if (use === "split" && (compiled.of === "document" || compiled.of === "patient" || "facet" in compiled)) {
    errors.fail("FAX_PATH_INVALID", { path });
  }
}

/** Fails where a path names what follows from something else. Errors: FAX_PATH_FIXED. */
export function checkWritable(compiled: Path, path: string): void {
  if (compiled.of === "document" || compiled.of === "patient" || compiled.facet !== undefined) {
    errors.fail("FAX_PATH_FIXED", { path });
  }
}

/** A path as it reads at a row of its table: at `lines[2]`, `lines.code` is `lines[2].code`. */
export function resolvePath(path: string, place: string): string {
  const compiled = compilePath(path);
  const at = compilePath(place);
  if (compiled.of !== "table" || compiled.row !== undefined || path.includes("[")) return path;
  if (at.of !== "table" || at.row === undefined || at.table !== compiled.table) return path;
  return `${at.table}[${at.row}]${path.slice(at.table.length)}`;
}
