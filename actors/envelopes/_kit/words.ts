import type { Fail, Fault, MitralError } from "../../../runtime/contract/error.ts";

/** Faults that several envelopes share, as one of them declares them: `SIGNER_UNKNOWN` is `JWE_SIGNER_UNKNOWN`. */
export type Prefixed<P extends string, F> = { readonly [K in keyof F & string as `${P}_${K}`]: F[K] };

/** Makes and throws errors by the part of their codes that all envelopes share. */
export interface Words<Code extends string> {
  /** Throws. */
  readonly fail: Fail<Code>;
  /** Makes without throwing. */
  error(code: Code, facts?: Readonly<Record<string, string | number>>): MitralError;
}

/** Declares shared faults as an envelope's own. */
export function faultsOf<const P extends string, F extends Readonly<Record<string, Fault>>>(
  prefix: P,
  faults: F,
): Prefixed<P, F> {
  return Object.fromEntries(
    Object.entries(faults).map(([code, fault]) => [`${prefix}_${code}`, fault]),
  ) as Prefixed<P, F>;
}

/** An envelope's own words, for parts that do not know which envelope they belong to. */
export function wordsOf<P extends string, Code extends string>(
  prefix: P,
  own: Words<`${P}_${Code}`>,
): Words<Code> {
  return {
    fail: (code, facts, cause) => own.fail(`${prefix}_${code}`, facts, cause),
    error: (code, facts) => own.error(`${prefix}_${code}`, facts),
  };
}
