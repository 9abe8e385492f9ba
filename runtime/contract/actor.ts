import { errorTable, type Fail, type Fault, type Faults } from "./error.ts";
import type { Format } from "./format.ts";
import type { Body, Message } from "./message.ts";
import { type Config, type ConfigInput, isField, type Spec } from "./spec.ts";

/** A value, or a promise of one. */
export type Awaitable<T> = T | Promise<T>;

/**
 * What every actor is once it is open: message in, message out. `null` leaves the message out on purpose; a thrown
 * `MitralError` fails the message; anything else thrown is a crash and the supervisor's business. One message at a
 * time, in order, unless the line says otherwise; `signal` is aborted when the result is no longer wanted.
 */
export interface Stage<I extends Body = Body, O extends Body = Body> {
  /** As it stands in the channel: `parse`, `filter`, `set`. */
  readonly name: string;
  /** The message for the next stage: the same one, one made with `derive`, or `null` to leave it out. */
  process(message: Message<I>, signal: AbortSignal): Awaitable<Message<O> | null>;
  /** Gives up what the stage holds. Called once, when its life ends without a crash. */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** What a transformer is given while it gets ready, before the first message. */
export interface PrepareTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** Reads a file; a relative path is relative to the folder of the gateway file. */
  readText(path: string): Promise<string>;
  /** Throws a declared error: the stage does not open. */
  readonly fail: Fail<Code>;
}

/** What a transformer is given with every message. */
export interface TransformTools<S extends Spec, Code extends string, P> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** What `prepare` returned. */
  readonly prepared: P;
  /** Throws a declared error: the message fails with it. Anything else thrown counts as a crash. */
  readonly fail: Fail<Code>;
  /** Aborted when the result is no longer wanted. */
  readonly signal: AbortSignal;
}

/** A transformer: message to message. */
export interface TransformerSpec<
  I extends Body = Body,
  O extends Body = Body,
  N extends string = string,
  S extends Spec = Spec,
  Code extends string = string,
  P = unknown,
> {
  /** As a gateway file names it: lower case, words joined by `_`. Its error codes start with it. */
  readonly name: N;
  /** One sentence, shown by `mitral help` and in the reference. */
  readonly about: string;
  /** What it can be told; the configuration reader checks a file against this. */
  readonly config: S;
  /** Every error it can fail with, by code, each `NAME_NOUN_STATE` under its own name. */
  readonly errors: Readonly<Record<Code, Fault>>;
  /** Called once in each life of the stage: compile expressions, read tables. */
  prepare?(tools: PrepareTools<S, NoInfer<Code>>): Awaitable<P>;
  /** MUST NOT change the message it is given; returns one made with `derive`, the same one, or `null`. */
  transform(
    message: Message<I>,
    tools: TransformTools<S, NoInfer<Code>, NoInfer<P>>,
  ): Awaitable<Message<O> | null>;
}

/** A declared transformer. Called with its config it is a plain Web `TransformStream`, with no gateway around it. */
export interface Transformer<
  I extends Body = Body,
  O extends Body = Body,
  N extends string = string,
  S extends Spec = Spec,
  Code extends string = string,
  P = unknown,
> {
  /** A stream that transforms parsed messages. A message that fails errors it with its `MitralError`. */
  (config: ConfigInput<S>): TransformStream<Message<I>, Message<O>>;
  /** What was declared. */
  readonly spec: TransformerSpec<I, O, N, S, Code, P>;
}

/**
 * Declares a transformer.
 *
 * @example
 * ```ts
 * import { defineTransformer, type Hl7Message, type Message, text } from "mitral";
 *
 * export default defineTransformer({
 *   name: "stamp_facility",
 *   about: "Writes the receiving facility.",
 *   config: { facility: text("Facility for MSH-6.", { example: "LAB" }) },
 *   errors: { STAMP_FACILITY_EMPTY: { blame: "operator", retry: "never", says: "Cannot stamp facility: it is empty" } },
 *   transform(message: Message<Hl7Message>, { config, fail }) {
 *     if (config.facility === "") fail("STAMP_FACILITY_EMPTY");
 *     return message.derive({ body: message.body.with("MSH-6", config.facility) });
 *   },
 * });
 * ```
 */
export function defineTransformer<
  const N extends string,
  const S extends Spec,
  const Code extends string,
  I extends Body = Body,
  O extends Body = I,
  P = undefined,
>(
  spec: TransformerSpec<I, O, N, S, Code, P> & { readonly errors: Faults<N, Code> },
): Transformer<I, O, N, S, Code, P> {
  const make = (config: ConfigInput<S>) =>
    streamOf(() => bindTransformer(spec, withDefaults(spec.config, config) as Config<S>, noFiles));
  return Object.assign(make, { spec });
}

/** Opens a transformer as a stage. */
export async function bindTransformer<I extends Body, O extends Body, S extends Spec, Code extends string, P>(
  spec: TransformerSpec<I, O, string, S, Code, P>,
  config: Config<S>,
  files: { readText(path: string): Promise<string> },
): Promise<Stage<I, O>> {
  const { fail } = errorTable(spec.name, spec.errors);
  const prepared = await spec.prepare?.({ config, fail, readText: files.readText }) as P;
  return {
    name: spec.name,
    process: (message, signal) => spec.transform(message, { config, prepared, fail, signal }),
  };
}

/** A format as a stage. Reads the bytes as received, so that parsing twice, or after a replay, gives the same. */
export function parseStage<B extends Body>(format: Format<B>): Stage<Body, B> {
  return {
    name: "parse",
    process: (message) => message.derive({ body: format.parse(message.received, message.body.contentType) }),
  };
}

/** A stage as a Web `TransformStream`. A failed message errors the stream with its `MitralError`. */
export function streamOf<I extends Body, O extends Body>(
  open: () => Awaitable<Stage<I, O>>,
): TransformStream<Message<I>, Message<O>> {
  let stage: Stage<I, O>;
  const life = new AbortController();
  return new TransformStream<Message<I>, Message<O>>({
    async start() {
      stage = await open();
    },
    async transform(message, out) {
      const next = await stage.process(message, life.signal);
      if (next) out.enqueue(next);
    },
    async flush() {
      await stage[Symbol.asyncDispose]?.();
    },
    async cancel(reason) {
      life.abort(reason);
      await stage?.[Symbol.asyncDispose]?.();
    },
  });
}

const noFiles = {
  readText(path: string): Promise<string> {
    return Promise.reject(new TypeError(`Cannot read ${path}: no gateway folder outside a gateway`));
  },
};

function withDefaults(spec: Spec, config: unknown): unknown {
  if (isField(spec)) return config;
  const given = (config ?? {}) as Record<string, unknown>;
  const filled: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(spec)) filled[name] = given[name] ?? field.default;
  return filled;
}
