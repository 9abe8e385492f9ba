import type { DocumentKind } from "../../../../runtime/contract/document.ts";
import type { Expression } from "./checks/expression.ts";

/** What a value has to look like, and how misread characters are repaired. docs/fax_templates.md describes each. */
export type ValueType =
  | { readonly is: "text" | "name" | "identifier" | "money" | "number" | "result" | "range" }
  | { readonly is: "npi" | "loinc" | "procedure" | "icd10" | "phone" }
  /** `#` digit, `@` capital letter, `*` either; anything else stands for itself. The first that fits is taken. */
  | { readonly is: "pattern"; readonly patterns: readonly string[] }
  /** How many digits there may be; any number where none is said. */
  | { readonly is: "digits"; readonly lengths: readonly number[] }
  | { readonly is: "date" | "datetime"; readonly order: DateOrder; readonly pivot: number }
  /** What may stand there, by what it means. */
  | { readonly is: "enum"; readonly values: Readonly<Record<string, readonly string[]>> }
  /** A text of words of which most are known, each by itself. */
  | { readonly is: "words"; readonly words: readonly string[] }
  /** Words that are known to stand there; others may, where it is open. */
  | {
    readonly is: "lexicon";
    readonly terms: readonly string[];
    readonly isOpen: boolean;
    /** The LOINC code that a term has, where it is known. */
    readonly codes?: Readonly<Record<string, string>>;
  };

/** Which of day, month and year comes first where all are numbers. */
export type DateOrder = "mdy" | "dmy" | "ymd";

/** Where a value stands, seen from its label. */
export type Where = "right" | "below" | "either";

/** A part of a page, in fractions of its width and height. */
export interface Region {
  /** Counts from 1; -1 is the last. */
  readonly page: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** One value of a document, and where to look for it. */
export interface FieldSpec {
  readonly type: ValueType;
  /** Its label, in all words it is known by. */
  readonly anchors: readonly string[];
  readonly where: Where;
  /** What comes behind the value and is no part of it. */
  readonly until: readonly string[];
  /** Capital and small letters of the label have to be as they are written. */
  readonly exactCase: boolean;
  /** Looked at where no label is found. */
  readonly region?: Region;
  /** Its first group, or all of it, is the value. */
  readonly barcode?: RegExp;
  /** Of the text of a page; its first group, or all of it, is the value. */
  readonly text?: RegExp;
  /** It has to be there: `null` where it is not. Others are left out. */
  readonly required: boolean;
}

/** One column of a table. */
export interface ColumnSpec {
  readonly type: ValueType;
  /** Its heading, in all words it is known by. */
  readonly headers: readonly string[];
  /** Rows need a value here, where the table has the column. */
  readonly required: boolean;
}

/** A table, in whatever order its columns stand. */
export interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  /** What comes behind the last row. */
  readonly until: readonly string[];
  /** The columns of which each row has one, at least. */
  readonly key: readonly string[];
  /** About one row: names are columns, then fields. */
  readonly checks: readonly CheckSpec[];
  /** A document of this kind has it. */
  readonly required: boolean;
}

/** A relation that has to hold. */
export interface CheckSpec {
  /** As it is written. */
  readonly rule: string;
  readonly expression: Expression;
}

/** How a document of this kind is told from others. */
export interface MatchSpec {
  /** Each stands somewhere. */
  readonly all: readonly string[];
  /** One stands somewhere, at least. */
  readonly any: readonly string[];
  /** None stands anywhere. */
  readonly none: readonly string[];
  /** One stands by itself in the upper half of a page. */
  readonly titles: readonly string[];
  /** Numbers it comes from, `*` at the end for all that begin so. */
  readonly from: readonly string[];
  /** A code on it says this. */
  readonly barcode?: RegExp;
  /** How much of what speaks for it has to be there, between 0 and 1. */
  readonly score: number;
}

/** What a layout looks like, or a whole kind of documents. */
export interface Template {
  readonly name: string;
  readonly version: number;
  readonly kind: Exclude<DocumentKind, "unknown">;
  readonly match: MatchSpec;
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly tables: Readonly<Record<string, TableSpec>>;
  /** About the whole document. */
  readonly checks: readonly CheckSpec[];
}
