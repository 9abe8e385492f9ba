import { declareErrors, type ErrorTable, errorTable, type Fail, type Fault, type Faults } from "./error.ts";
import type { Identity, NumberVerdict } from "./identity.ts";
import type { Answer, Body, Outcome } from "./message.ts";
import type { Patient, PatientChange } from "./patient.ts";
import type { OpenRecogniser, Recogniser, RecogniseTools } from "./recogniser.ts";
import type { Config, Spec, Unfit } from "./spec.ts";
import type { Disk } from "./world.ts";

export type { Identity, NumberVerdict, Piece } from "./identity.ts";
export type { OpenRecogniser, Recogniser, RecogniseTools } from "./recogniser.ts";

/** How the pieces that a message came in are put together. */
export interface PiecesSpec<S extends Spec = Spec, Code extends string = string> {
  /** How long pieces wait for the next, in milliseconds. */
  waitMsMax(config: Config<S>): number;
  /** The message that its pieces are, in order. */
  join(pieces: readonly Uint8Array[], tools: FormatTools<S, Code>): Uint8Array;
}

/** Pieces bound to their format's config. */
export interface Pieces {
  /** See {@linkcode PiecesSpec.waitMsMax}. */
  readonly waitMsMax: number;
  /** See {@linkcode PiecesSpec.join}. */
  join(pieces: readonly Uint8Array[]): Uint8Array;
}

/** What a format is given beside the bytes. */
export interface FormatTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** The media type the bytes came with, where the adapter knows one; its charset beats the format's default. */
  readonly contentType?: string;
  /** Throws a declared error. */
  readonly fail: Fail<Code>;
}

/** What a message of our own is made from. The same input MUST give the same bytes. */
export interface AnswerFacts {
  /** Id of the message in this gateway, a UUIDv7. */
  readonly id: string;
  /** When it was received: the answer's own time. */
  readonly atMs: number;
  /** The number that an answer to a numbered message names; see {@linkcode NumberVerdict}. */
  readonly expected?: number;
  /**
   * Which answer is wanted to a message that is answered twice (see {@linkcode FormatSpec.isAnsweredTwice}): the `first`
   * says that it is taken; the `second` what became of it, by the same way; `apart` is the second as a message of its own.
   * Left out: the only answer there is.
   */
  readonly which?: "first" | "second" | "apart";
}

/** What an answer is judged against. */
export interface Sent {
  /** The sender's own id of what was sent; empty where it had none. */
  readonly controlId: string;
  /** What was sent, before it was sealed. Left out: the first answer is the last. */
  readonly bytes?: Uint8Array;
}

/** Something that is wrong with a message which is taken all the same. */
export interface Flaw {
  /** Name of the rule it breaks: from a fixed list of the format's. */
  readonly rule: string;
  /** Where in the message; MUST NOT quote it. */
  readonly path: string;
}

/** In the order of the message. */
export type Flaws = readonly Flaw[];

/** How messages are put together as one, and taken apart: a batch, a table of rows. */
export interface BatchSpec<S extends Spec = Spec, Code extends string = string> {
  /** As `collect` names it: `hl7-batch`. */
  readonly name: string;
  /** Media type of the whole. */
  readonly contentType: string;
  /** What a peer's answer to the whole calls it by; left out where it has no id of its own. */
  controlId?(facts: AnswerFacts): string;
  /** One after the other, in order; possibly none. Each is the payload of a delivery in this format. */
  join(payloads: readonly Uint8Array[], facts: AnswerFacts, tools: FormatTools<S, Code>): Uint8Array;
  /**
   * Takes a batch apart that was received, into payloads as this format reads them; `undefined` where the bytes are none.
   * Asked of everything that is received: it MUST see from little that a message is not a batch. Fails, before any
   * message is given, where the whole is so broken that none of it is to be taken; a broken message among others is no
   * reason.
   */
  split?(bytes: Uint8Array, tools: FormatTools<S, Code>): SplitBatch | undefined;
  /** Every message of a file, whatever stands before, between and behind them. MUST NOT fail. */
  messagesIn?(file: Uint8Array): Iterable<Uint8Array>;
  /**
   * Our one answer to a batch, made from those to its messages, in order; `null` for a message whose answer is not wanted,
   * and where the batch is not answered.
   */
  answer?(
    received: Uint8Array,
    answers: readonly (Answer | null)[],
    facts: AnswerFacts,
    tools: FormatTools<S, Code>,
  ): Answer | null;
}

/** A batch that was received, taken apart. */
export interface SplitBatch {
  /** How many messages it holds; possibly none. */
  readonly count: number;
  /** The messages in order, each found when it is asked for. Views of the batch's bytes. To be gone through once. */
  readonly messages: Iterable<Uint8Array>;
  /** By code, each once: what is not as it should be, and no reason to refuse the messages. */
  readonly warnings: readonly string[];
}

/** A batch bound to its format's config. */
export interface Batch {
  /** See {@linkcode BatchSpec.name}. */
  readonly name: string;
  /** See {@linkcode BatchSpec.contentType}. */
  readonly contentType: string;
  /** See {@linkcode BatchSpec.controlId}. */
  controlId?(facts: AnswerFacts): string;
  /** See {@linkcode BatchSpec.join}. */
  join(payloads: readonly Uint8Array[], facts: AnswerFacts): Uint8Array;
  /** See {@linkcode BatchSpec.split}; without it, nothing is a batch. */
  split(bytes: Uint8Array): SplitBatch | undefined;
  /** See {@linkcode BatchSpec.messagesIn}; without it, a file is one message. */
  messagesIn(file: Uint8Array): Iterable<Uint8Array>;
  /** See {@linkcode BatchSpec.answer}; without it, `null`. */
  answer(received: Uint8Array, answers: readonly (Answer | null)[], facts: AnswerFacts): Answer | null;
}

/**
 * What a path is for: `get` one value, `read` all it can mean, `write` one value, `split` a message by what it means.
 */
export type PathUse = "get" | "read" | "write" | "split";

/** Errors of what is asked of a format. */
export const formatErrors: ErrorTable<"FORMAT_PATHS_MISSING"> = declareErrors("format", {
  FORMAT_PATHS_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot use path: what is parsed as {format} has none",
  },
});

/** Finds a format by its name, as a gateway file names it, with its default settings. Throws where there is none. */
export type Formats = (name: string) => Format;

/**
 * A format: what bytes mean. Pure: no I/O, no clock, no randomness. `parse`, `identify`, `answer` and `judge` are
 * called with whatever a peer sent and MUST fail with a declared error or succeed, never crash.
 */
export interface FormatSpec<
  N extends string = string,
  S extends Spec = Spec,
  Code extends string = string,
  B extends Body = Body,
> {
  /** As a gateway file names it: lower case, words joined by `_`. Its error codes start with it. */
  readonly name: N;
  /** One sentence, shown by `mitral help` and in the reference. */
  readonly about: string;
  /** Media types it reads; the first is what it writes. */
  readonly contentTypes: readonly string[];
  /** What it can be told; the configuration reader checks a file against this. */
  readonly config: S;
  /** Every error it can fail with, by code, each `NAME_NOUN_STATE` under its own name. */
  readonly errors: Readonly<Record<Code, Fault>>;
  /** Settings that do not fit together, where each fits by itself; a file with one is refused. */
  checkConfig?(config: Config<S>): readonly Unfit[];
  /** Fails where a file that its config names is no use: asked as a gateway file is read, before a channel starts. */
  checkFiles?(tools: {
    readonly config: Config<S>;
    readonly disk: Pick<Disk, "readText" | "list" | "facts">;
  }): Promise<void>;
  /** Bytes to body. `toBytes()` of the body MUST give the same bytes while nothing is changed. */
  parse(bytes: Uint8Array, tools: FormatTools<S, NoInfer<Code>>): B;
  /**
   * Opens what reads bytes by more than a pure function. A channel then reads by it in place of `parse`, which still MUST
   * give a body of the same kind, with as much as bytes alone tell.
   */
  recogniser?(tools: RecogniseTools<S, NoInfer<Code>>): Promise<Recogniser<B>>;
  /** Reads as little as it can: called on every message before it is stored. */
  identify?(bytes: Uint8Array, tools: FormatTools<S, NoInfer<Code>>): Identity;
  /**
   * Whether a message of this kind is taken at all; fails where it is not. Called after `identify` and before anything
   * is acknowledged, so that the peer hears of it. `parse` MUST NOT ask the same: it reads answers and results, too.
   */
  admit?(identity: Identity, tools: FormatTools<S, NoInfer<Code>>, received: Uint8Array): void;
  /**
   * Looks through a whole message: fails where it is to be refused, as one that `parse` could not read may be, and
   * returns what is to be told of one that is taken all the same, where the config asks for that. Called after `admit`,
   * and before anything is acknowledged: MUST NOT do more than the config asks for. `body`: what `parse` has made of it,
   * where that is at hand.
   */
  check?(received: Uint8Array, tools: FormatTools<S, NoInfer<Code>>, body?: B): Flaws | Promise<Flaws>;
  /** What order is kept by (for HL7: the patients of PID-3 and MRG-1). An empty list is a barrier for all. */
  keys?(body: B): readonly string[];
  /**
   * Everybody a body is about, by every number it has of them (for HL7: PID-3 and MRG-1): what the accounting of disclosures
   * is kept by. MUST NOT fail.
   */
  patients?(body: B): readonly Patient[];
  /**
   * What a body says of patients, in order: who they are, and which numbers are given up for others (for HL7: ADT). The
   * gateway's patient index is made of it. MUST NOT fail.
   */
  demographics?(body: B): readonly PatientChange[];
  /**
   * Whether later messages about the same key build on this one, so that they wait where it is refused for good (for HL7:
   * admissions, orders, schedules).
   */
  isBuiltOn?(identity: Identity): boolean;
  /**
   * A new body with nothing in it but what every message of its kind must have. `what`: the kind in the format's own
   * words, `ADT^A04`, the name of a root element, the names of columns; possibly empty.
   */
  create?(what: string, facts: AnswerFacts, tools: FormatTools<S, NoInfer<Code>>): B;
  /** What messages can be found by beside their control id and type: a path by the name of a field (for HL7: `patient`). */
  readonly search?: Readonly<Record<string, string>>;
  /** Fails where a path is none that a body of this format takes for a use, whatever the body holds. */
  checkPath?(path: string, use: PathUse): void;
  /**
   * What people of the field call the place a path names (for HL7: `Patient Name, Family Name`); `undefined` where they
   * have no name for it. The body is the one the path is of, where it is at hand. Only for a person who reads paths: what
   * it needs MUST be loaded when it is first called.
   */
  describePath?(path: string, body?: B): Promise<string | undefined>;
  /** How messages are put together as one, and taken apart. */
  readonly batch?: BatchSpec<NoInfer<S>, NoInfer<Code>>;
  /** How a message is put together that came in pieces; needed where `identify` names pieces. */
  readonly pieces?: PiecesSpec<NoInfer<S>, NoInfer<Code>>;
  /** What a number means after the last that its sender gave; needed where `identify` names numbers. */
  judgeNumber?(number: string, last: number | null): NumberVerdict;
  /** Our answer to a received message; `null` where none can be made or none is wanted. */
  answer?(
    received: Uint8Array,
    outcome: Outcome,
    facts: AnswerFacts,
    tools: FormatTools<S, NoInfer<Code>>,
  ): Answer | null;
  /**
   * Whether the sender of a message wants to hear at once that it is taken, and later what became of it (HL7's enhanced
   * mode). Asked only where a channel can give the second answer.
   */
  isAnsweredTwice?(received: Uint8Array, tools: FormatTools<S, NoInfer<Code>>): boolean;
  /**
   * What a peer's answer says about the message that was sent. Fails where the answer belongs to another message or
   * cannot be read: the adapter then closes the connection and the outcome is unknown.
   */
  judge?(
    answer: Uint8Array,
    sent: Sent,
    tools: FormatTools<S, NoInfer<Code>>,
  ): Outcome;
}

/** A format bound to its config: what the engine, the adapters' parcels and the kits use. */
export interface Format<B extends Body = Body> {
  /** As a gateway file names it. */
  readonly name: string;
  /** Media type it writes. */
  readonly contentType: string;
  /** Media types it reads; the first is what it writes. */
  readonly contentTypes: readonly string[];
  /** See {@linkcode FormatSpec.parse}. */
  parse(bytes: Uint8Array, contentType?: string): B;
  /** See {@linkcode FormatSpec.recogniser}; left out without it. */
  readonly recogniser?: OpenRecogniser<B>;
  /** See {@linkcode FormatSpec.identify}; without one, a message without id, type and sender. */
  identify(bytes: Uint8Array, contentType?: string): Identity;
  /** See {@linkcode FormatSpec.admit}; without it, every kind is taken. */
  admit(identity: Identity, received: Uint8Array): void;
  /** See {@linkcode FormatSpec.check}; without it, nothing is found. */
  check(received: Uint8Array, contentType?: string, body?: B): Flaws | Promise<Flaws>;
  /** See {@linkcode FormatSpec.keys}; without it, none. */
  keys(body: Body): readonly string[];
  /** See {@linkcode FormatSpec.patients}; without it, nobody. */
  patients(body: Body): readonly Patient[];
  /** See {@linkcode FormatSpec.demographics}; without it, nothing. */
  demographics(body: Body): readonly PatientChange[];
  /** See {@linkcode FormatSpec.isBuiltOn}; without it, false. */
  isBuiltOn(identity: Identity): boolean;
  /** See {@linkcode FormatSpec.create}; `undefined` without it. */
  create(what: string, facts: AnswerFacts): B | undefined;
  /** See {@linkcode FormatSpec.search}; without it, nothing. */
  readonly search: Readonly<Record<string, string>>;
  /** See {@linkcode FormatSpec.checkPath}; without it, bodies have no paths. Errors then: FORMAT_PATHS_MISSING. */
  checkPath(path: string, use: PathUse): void;
  /** See {@linkcode FormatSpec.describePath}; without it, places have no names. */
  describePath(path: string, body?: Body): Promise<string | undefined>;
  /** See {@linkcode FormatSpec.batch}. */
  readonly batch?: Batch;
  /** See {@linkcode FormatSpec.pieces}. */
  readonly pieces?: Pieces;
  /** See {@linkcode FormatSpec.judgeNumber}. */
  judgeNumber?(number: string, last: number | null): NumberVerdict;
  /** See {@linkcode FormatSpec.answer}; without it, `null`. */
  answer(received: Uint8Array, outcome: Outcome, facts: AnswerFacts): Answer | null;
  /** See {@linkcode FormatSpec.isAnsweredTwice}; without it, false. */
  isAnsweredTwice(received: Uint8Array): boolean;
  /** See {@linkcode FormatSpec.judge}; without it, every answer means accepted, and is what its transport says it is. */
  judge(answer: Uint8Array, sent: Sent, contentType?: string): Outcome;
}

/** Declares a format. */
export function defineFormat<
  const N extends string,
  const S extends Spec,
  const Code extends string,
  B extends Body,
>(spec: FormatSpec<N, S, Code, B> & { readonly errors: Faults<N, Code> }): FormatSpec<N, S, Code, B> {
  return spec;
}

const NOBODY: Identity = { controlId: "", type: "", sender: "", purpose: "message" };

/** Binds a format to its config. What the format leaves out is filled in: no identity, no keys, no answer. */
export function bindFormat<B extends Body, S extends Spec, Code extends string>(
  spec: FormatSpec<string, S, Code, B>,
  config: Config<S>,
): Format<B> {
  const { batch, pieces } = spec;
  const { fail, error } = errorTable(spec.name, spec.errors);
  const plain = { config, fail };
  const tools = (contentType?: string) => contentType === undefined ? plain : { ...plain, contentType };
  return {
    name: spec.name,
    contentType: spec.contentTypes[0],
    contentTypes: spec.contentTypes,
    parse: (bytes, contentType) => spec.parse(bytes, tools(contentType)),
    ...(spec.recogniser && {
      recogniser: (tools) => spec.recogniser!({ ...tools, config, fail, error }),
    }),
    identify: (bytes, contentType) => spec.identify?.(bytes, tools(contentType)) ?? NOBODY,
    admit: (identity, received) => spec.admit?.(identity, plain, received),
    check: (received, contentType, body) => spec.check?.(received, tools(contentType), body) ?? [],
    keys: (body) => spec.keys?.(body as B) ?? [],
    patients: (body) => spec.patients?.(body as B) ?? [],
    demographics: (body) => spec.demographics?.(body as B) ?? [],
    search: spec.search ?? {},
    isBuiltOn: (identity) => spec.isBuiltOn?.(identity) ?? false,
    create: (what, facts) => spec.create?.(what, facts, plain),
    checkPath: spec.checkPath?.bind(spec) ??
      (() => formatErrors.fail("FORMAT_PATHS_MISSING", { format: spec.name })),
    describePath: async (path, body) => await spec.describePath?.(path, body as B),
    ...(batch && { batch: boundBatch(batch, plain) }),
    ...(pieces && {
      pieces: {
        waitMsMax: pieces.waitMsMax(config),
        join: (all: readonly Uint8Array[]) => pieces.join(all, plain),
      },
    }),
    ...(spec.judgeNumber && { judgeNumber: spec.judgeNumber.bind(spec) }),
    answer: (received, outcome, facts) => spec.answer?.(received, outcome, facts, plain) ?? null,
    isAnsweredTwice: (received) => spec.isAnsweredTwice?.(received, plain) ?? false,
    judge: (answer, sent, contentType = spec.contentTypes[0]) =>
      spec.judge?.(answer, sent, plain) ??
        { kind: "accepted", answer: { bytes: answer, contentType } },
  };
}

function boundBatch<S extends Spec, Code extends string>(
  batch: BatchSpec<S, Code>,
  tools: FormatTools<S, Code>,
): Batch {
  return {
    ...batch,
    join: (payloads, facts) => batch.join(payloads, facts, tools),
    split: (bytes) => batch.split?.(bytes, tools),
    messagesIn: (file) => batch.messagesIn?.(file) ?? [file],
    answer: (received, answers, facts) => batch.answer?.(received, answers, facts, tools) ?? null,
  };
}
