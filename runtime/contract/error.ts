/** Who has to act for the trouble to go away. Decides the answer to the peer, with {@linkcode Fault.retry}. */
export type Blame =
  /** The message is wrong: its sender must change it. */
  | "sender"
  /** The message may be right, but this gateway does not take its kind (HL7 MSH-9, MSH-11, MSH-12). */
  | "unsupported"
  /** The system or network the message goes to. */
  | "receiver"
  /** Whoever runs this gateway: configuration, keys, disk. */
  | "operator"
  /** Mitral or a custom actor. */
  | "bug";

/** One declared error: who must act, whether the same input can ever succeed, and the sentence a person reads. */
export interface Fault {
  /** Who must act. */
  readonly blame: Blame;
  /** `never`: the same input fails again. `later`: worth another attempt, unchanged. */
  readonly retry: "never" | "later";
  /** Nothing of a message has left this machine: there was no connection. Left out where something may have. */
  readonly isUnsent?: true;
  /**
   * Action, rule and value, with facts in braces: `Cannot read frame: larger than frameBytesMax ({frameBytesMax})`.
   * MUST NOT quote message content.
   */
  readonly says: string;
}

/**
 * Numbers, names and setting names that explain an error. Never patient data. Those that are the same wherever they
 * occur: `retryAfterMs`, how long whoever answered wants to be left alone; see {@linkcode MitralError.retryAfterMs}.
 */
export type Facts = Readonly<Record<string, string | number>>;

/** Error codes of one owner, each `OWNER_NOUN_STATE`; another prefix does not compile. */
export type Faults<Owner extends string, Code extends string> = {
  readonly [K in Code]: K extends `${Uppercase<Owner>}_${string}` ? Fault : never;
};

/**
 * The one error class. Callers decide by `code`, `blame` and `retry`, never by text.
 * `message` and `facts` are safe to log and to send; `cause` may hold patient data and is never logged or sent.
 */
export class MitralError extends Error {
  /** Told apart by name where two copies of this module meet. */
  override readonly name = "MitralError";
  /** Stable, `OWNER_NOUN_STATE`; listed in the reference. */
  readonly code: string;
  /** Who must act. */
  readonly blame: Blame;
  /** Whether the same input may succeed another time. */
  readonly retry: "never" | "later";
  /** Whether it is sure that nothing of a message has left this machine. */
  readonly isUnsent: boolean;
  /** What `message` was filled in with. */
  readonly facts: Facts;
  /** Each thing that is wrong, where it is several, in order: `cause` was then an `AggregateError` of them. */
  readonly causes: readonly MitralError[];

  /**
   * Made by the `fail` and `error` of an {@linkcode ErrorTable} or of a component's tools, seldom by hand.
   */
  constructor(code: string, fault: Fault, facts: Facts = {}, cause?: unknown) {
    super(fault.says.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole)), { cause });
    this.code = code;
    this.blame = fault.blame;
    this.retry = fault.retry;
    this.isUnsent = fault.isUnsent ?? false;
    this.facts = facts;
    this.causes = cause instanceof AggregateError
      ? cause.errors.filter((each): each is MitralError => each instanceof MitralError)
      : NONE;
  }

  /**
   * How long whoever answered wants to be left alone, as the fact of this name has it: no attempt begins sooner. From 0,
   * where there is none, to a day: a peer does not decide to stop a feed.
   */
  get retryAfterMs(): number {
    const asked = Number(this.facts.retryAfterMs ?? 0);
    return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), DAY_MS);
  }

  /** What may be logged, stored and sent: no cause, no stack. */
  toJSON(): { code: string; blame: Blame; retry: "never" | "later"; facts: Facts; message: string } {
    const { code, blame, retry, facts, message } = this;
    return { code, blame, retry, facts, message };
  }
}

const NONE: readonly MitralError[] = [];
const DAY_MS = 86_400_000;

/** Throws a declared error. */
export type Fail<Code extends string> = (code: Code, facts?: Facts, cause?: unknown) => never;

/** The errors of one module of the runtime: makes them, throws them, and lists them for the reference. */
export interface ErrorTable<Code extends string> {
  /** What every code starts with, in lower case. */
  readonly owner: string;
  /** What was declared, by code. */
  readonly faults: Readonly<Record<Code, Fault>>;
  /** Makes an error without throwing it. */
  error(code: Code, facts?: Facts, cause?: unknown): MitralError;
  /** Makes an error and throws it. */
  readonly fail: Fail<Code>;
}

/**
 * Declares the errors of a module where they are thrown.
 *
 * @example
 * ```ts
 * import { declareErrors } from "mitral";
 * export const errors = declareErrors("parcel", {
 *   PARCEL_LABEL_MISSING: { blame: "sender", retry: "never", says: "Cannot send parcel: no label" },
 * });
 * ```
 */
export function declareErrors<const Owner extends string, const Code extends string>(
  owner: Owner,
  faults: Faults<Owner, Code>,
): ErrorTable<Code> {
  return errorTable(owner, faults as Readonly<Record<Code, Fault>>);
}

/** What makes and throws the errors a component declares in its spec, where `owner` is the component's name. */
export function errorTable<Code extends string>(
  owner: string,
  faults: Readonly<Record<Code, Fault>>,
): ErrorTable<Code> {
  const error = (code: Code, facts?: Facts, cause?: unknown) =>
    new MitralError(code, faults[code], facts, cause);
  return {
    owner,
    faults,
    error,
    fail(code, facts, cause) {
      throw error(code, facts, cause);
    },
  };
}
