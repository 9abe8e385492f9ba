import type { Fail, Fault, MitralError } from "./error.ts";

/** Faults that several components share, as one of them declares them: `FOLDER_MISSING` is `FILE_FOLDER_MISSING`. */
export type Prefixed<P extends string, F> = { readonly [K in keyof F & string as `${P}_${K}`]: F[K] };

/** Makes and throws errors by the part of their codes that all components share. */
export interface Words<Code extends string> {
  /** Throws. */
  readonly fail: Fail<Code>;
  /** Makes without throwing. */
  error(code: Code, facts?: Readonly<Record<string, string | number>>, cause?: unknown): MitralError;
}

/** Declares shared faults as a component's own. */
export function faultsOf<const P extends string, F extends Readonly<Record<string, Fault>>>(
  prefix: P,
  faults: F,
): Prefixed<P, F> {
  return Object.fromEntries(
    Object.entries(faults).map(([code, fault]) => [`${prefix}_${code}`, fault]),
  ) as Prefixed<P, F>;
}

/** A component's own words, for parts that do not know which component they belong to. */
export function wordsOf<P extends string, Code extends string>(
  prefix: P,
  own: Words<`${P}_${Code}`>,
): Words<Code> {
  const named = (code: Code) => `${prefix}_${code}` as const;
  return {
    fail: (code, facts, cause) => own.fail(named(code), facts, cause),
    error: (code, facts, cause) => own.error(named(code), facts, cause),
  };
}
