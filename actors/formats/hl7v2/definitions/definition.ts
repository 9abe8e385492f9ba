/**
 * Whether a field has to be valued: required, required but may be empty, optional, conditional, kept for backward
 * compatibility, withdrawn, not supported. HL7 v2.9.1 chapter 2, section 2.5.3.4.
 */
export type Optionality = "R" | "RE" | "O" | "C" | "B" | "W" | "X";

/** What a field and a component have in common. */
export interface ComponentDefinition {
  /** From 1. */
  readonly number: number;
  /** As HL7 names it: `Family Name`. */
  readonly name: string;
  /** A data type, `ST`; `varies` where another field or the message says which; empty where it was withdrawn. */
  readonly type: string;
  /** The most characters HL7 allows; absent where it names no number, which is the rule from 2.7 on. */
  readonly length?: number;
  /** See {@linkcode Optionality}. */
  readonly optionality: Optionality;
  /** Number of the table its codes are from, four digits: `0001`. */
  readonly table?: string;
}

/** One field of a segment in one version. */
export interface FieldDefinition extends ComponentDefinition {
  /** Whether it repeats; a number where HL7 says how often at most. */
  readonly repeats: boolean | number;
}

/** One segment in one version. */
export interface SegmentDefinition {
  /** `PID`. */
  readonly id: string;
  /** `Patient Identification`. */
  readonly name: string;
  /** In order and without gaps: field n is at n - 1. */
  readonly fields: readonly FieldDefinition[];
}

/** One data type in one version. */
export interface TypeDefinition {
  /** `XPN`. */
  readonly id: string;
  /** `Extended Person Name`. */
  readonly name: string;
  /** In order and without gaps; none for a primitive type. */
  readonly components: readonly ComponentDefinition[];
}

/** A table of codes. */
export interface TableDefinition {
  /** Four digits: `0001`. */
  readonly number: string;
  /** `Administrative Sex`. */
  readonly name: string;
  /** What each code stands for, over all versions. */
  readonly values: ReadonlyMap<string, string>;
  /**
   * True where HL7 defines the codes, so that another one is a fault. False for user-defined tables, whose codes are
   * suggestions, and for tables that sites extend.
   */
  readonly isClosed: boolean;
}
