import {
  type DocumentBody,
  type ReadRow,
  type ReadValue,
  type RecognisedDocument,
  valuesOf,
  withValue,
} from "../../../runtime/contract/document.ts";
import { errors } from "./errors.ts";
import { checkPath, checkWritable, compilePath, type Facet, type Path, resolvePath } from "./path.ts";
import { wrapPageByPage } from "./raster/pdf/wrap_as_pdf.ts";
import { sniff } from "./raster/sniff.ts";
import { recheck } from "./understand/checks/recheck.ts";
import { normalise } from "./understand/types/normalise.ts";

/** Media types of faxes: TIFF-F (RFC 2301) and PDF. */
export const FAX_TYPES = ["image/tiff", "application/pdf"] as const;
const [TIFF, PDF] = FAX_TYPES;

/**
 * A fax as it was read. Paths are names of fields (`total`), rows and cells of tables (`lines[2]`, `lines[2].amount`, from 1;
 * `lines.amount` or `lines[*].amount` for all rows), what is known of a value (`total.confidence`, `.raw`, `.source`,
 * `.page`), of the document (`kind`, `template`, `pages`) and of the patient (`patient.mrn`). Its bytes are always those
 * that came.
 */
export class FaxBody implements DocumentBody {
  readonly contentType: string;
  readonly document: RecognisedDocument;
  readonly #bytes: Uint8Array;

  /** The array is kept, not copied: it MUST not change any more. */
  constructor(bytes: Uint8Array, contentType: string, document: RecognisedDocument) {
    this.#bytes = bytes;
    this.contentType = contentType;
    this.document = document;
  }

  withDocument(document: RecognisedDocument): FaxBody {
    return new FaxBody(this.#bytes, this.contentType, { ...document, checks: recheck(document) });
  }

  normalise(path: string, text: string): string | null {
    return normalise(path, text);
  }

  async attachment(
    turn: () => Promise<void>,
  ): Promise<{ readonly contentType: string; readonly bytes: Uint8Array }> {
    if (sniff(this.#bytes) === "pdf") return { contentType: PDF, bytes: this.#bytes };
    const wrapping = wrapPageByPage(this.#bytes);
    for (;;) {
      const { done, value } = wrapping.next();
      if (done) return { contentType: PDF, bytes: value };
      await turn();
    }
  }

  /** Errors: FAX_PATH_INVALID. */
  get(path: string): string | undefined {
    checkPath(path, "get");
    return this.getAll(path)[0];
  }

  /** Errors: FAX_PATH_INVALID. */
  getAll(path: string): readonly string[] {
    const compiled = compilePath(path);
    if (compiled.of === "document") return presentIn([this.#fact(compiled.fact)]);
    if (compiled.of === "patient") return presentIn([this.document.patient?.[compiled.fact]]);
    const { facet } = compiled;
    if (compiled.of === "field") return presentIn([told(this.document.fields[compiled.name], facet)]);
    const { column } = compiled;
    if (column === undefined) return [];
    return presentIn(this.#rows(compiled).map(([, row]) => told(row[column], facet)));
  }

  /** Errors: FAX_PATH_INVALID, FAX_PATH_FIXED, FAX_ROW_MISSING. */
  with(path: string, value: string): FaxBody {
    checkPath(path, "write");
    const compiled = compilePath(path);
    if (compiled.of === "table" && this.#rows(compiled).length === 0) {
      errors.fail("FAX_ROW_MISSING", { path });
    }
    const written: ReadValue = { value, raw: value, confidence: 1, source: "derived" };
    return this.withDocument(withValue(this.document, path, written));
  }

  /** Errors: FAX_PATH_INVALID, FAX_PATH_FIXED. */
  without(path: string): FaxBody {
    const compiled = compilePath(path);
    checkWritable(compiled, path);
    const { document } = this;
    if (compiled.of === "field") {
      const { [compiled.name]: _, ...fields } = document.fields;
      const { [compiled.name]: __, ...tables } = document.tables;
      return this.withDocument({ ...document, fields, tables });
    }
    if (compiled.of !== "table") return this;
    const { table, row, column } = compiled;
    const isMeant = (at: number) => row === undefined || row === at + 1;
    const rows = (document.tables[table] ?? []).flatMap((each, at): readonly ReadRow[] => {
      if (!isMeant(at)) return [each];
      if (column === undefined) return [];
      const { [column]: _, ...rest } = each;
      return [rest];
    });
    return this.withDocument({ ...document, tables: { ...document.tables, [table]: rows } });
  }

  /** Errors: FAX_PATH_INVALID. */
  places(path: string): readonly string[] {
    const compiled = compilePath(path);
    if (
      compiled.of === "field" && compiled.facet === undefined &&
      Object.hasOwn(this.document.tables, compiled.name)
    ) {
      return this.#rows({ of: "table", table: compiled.name }).map(([at]) => `${compiled.name}[${at}]`);
    }
    if (compiled.of !== "table") return this.getAll(path).length > 0 ? [path] : [];
    const { table, column, facet } = compiled;
    return this.#rows(compiled)
      .filter(([, row]) => column === undefined || told(row[column], facet) !== undefined)
      .map(([at]) => [`${table}[${at}]`, column, facet].filter((part) => part !== undefined).join("."));
  }

  /** Errors: FAX_PATH_INVALID. */
  resolve(path: string, place: string): string {
    return resolvePath(path, place);
  }

  /** The document with one row of a table alone, for each of its rows. Errors: FAX_PATH_INVALID. */
  split(path: string): readonly FaxBody[] {
    checkPath(path, "split");
    const compiled = compilePath(path);
    const meant: Path & { of: "table" } = compiled.of === "table"
      ? compiled
      : { of: "table", table: compiled.of === "field" ? compiled.name : "" };
    const { document } = this;
    return this.#rows(meant).map(([, row]) =>
      this.withDocument({ ...document, tables: { ...document.tables, [meant.table]: [row] } })
    );
  }

  *leaves(): Iterable<readonly [path: string, value: string]> {
    for (const [path, { value }] of valuesOf(this.document)) if (value !== null) yield [path, value];
  }

  toBytes(): Uint8Array {
    return this.#bytes;
  }

  #fact(fact: "kind" | "template" | "pages"): string | undefined {
    const { kind, template, pages } = this.document;
    return fact === "kind" ? kind : fact === "template" ? template?.name : `${pages.length}`;
  }

  #rows({ table, row }: Path & { of: "table" }): readonly (readonly [at: number, row: ReadRow])[] {
    const rows = (this.document.tables[table] ?? []).map((each, at) => [at + 1, each] as const);
    return row === undefined ? rows : rows.filter(([at]) => at === row);
  }
}

/**
 * What a fax is, with the parameters it came with. Errors: FAX_BYTES_MISSING,
 * FAX_TYPE_UNSUPPORTED.
 */
export function contentTypeOf(bytes: Uint8Array, said: string | undefined): string {
  const found = sniff(bytes) === "pdf" ? PDF : TIFF;
  // Files are often called what they are not: what is known of the arrival stays.
  const parameters = said === undefined || !said.includes(";") ? "" : said.slice(said.indexOf(";"));
  return found + parameters;
}

function told(value: ReadValue | undefined, facet: Facet | undefined): string | undefined {
  if (facet === undefined) return value?.value ?? undefined;
  const known = value?.[facet];
  return known === undefined ? undefined : `${known}`;
}

function presentIn(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value) => value !== undefined);
}
