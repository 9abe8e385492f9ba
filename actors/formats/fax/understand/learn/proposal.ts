import type { ValueType, Where } from "../template.ts";

/** A field of the proposal. */
export interface ProposedField {
  readonly name: string;
  /** Its label, as the page has it. */
  readonly anchor: string;
  readonly where: Where;
  readonly type: ValueType;
  /** In how many of the examples it was read. */
  readonly examples: number;
  /** Such documents have it, and so had every example. */
  readonly isRequired: boolean;
  /** What a person should look at. */
  readonly doubts: readonly string[];
}

/** A label that is none of what the gateway knows, with something behind it. */
export interface UnknownLabel {
  readonly anchor: string;
  readonly examples: number;
}

/** A column of the proposal, its heading as the page has it. */
export interface ProposedColumn {
  readonly name: string;
  readonly header: string;
  readonly type: ValueType;
  readonly isRequired: boolean;
  /** Rows that have a value there. */
  readonly rows: number;
}

/** A table of the proposal, its columns from left to right. */
export interface ProposedTable {
  readonly name: string;
  readonly columns: readonly ProposedColumn[];
  readonly rows: number;
  readonly key: readonly string[];
  readonly checks: readonly string[];
  /** What stands behind its last row, as the page has it. */
  readonly until: readonly string[];
}

/** What a few examples of a layout have in common. */
export interface Proposal {
  readonly name: string;
  readonly kind: string;
  /** The built-in templates took every example for that. */
  readonly isKindSure: boolean;
  readonly examples: number;
  /** Phrases that all of them have, and hardly anybody else. */
  readonly phrases: readonly string[];
  readonly titles: readonly string[];
  readonly fields: readonly ProposedField[];
  readonly unknown: readonly UnknownLabel[];
  readonly tables: readonly ProposedTable[];
  readonly checks: readonly string[];
}
