import { declareErrors, type ErrorTable, errorTable, type Fail, type Fault, type Faults } from "./error.ts";
import { bindFormat, type Format, type Formats, type FormatSpec, type Recogniser } from "./format.ts";
import type { Body, Message } from "./message.ts";
import { asField, type Config, type ConfigInput, type Spec } from "./spec.ts";

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
  /** What goes to the next stage: the same message, one or several made with `derive`, or `null` to leave it out. */
  process(message: Message<I>, signal: AbortSignal): Awaitable<Passed<O>>;
  /** Gives up what the stage holds. Called once, when its life ends without a crash. */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/**
 * What a stage makes of a message: one message; several, which go on as parts of it and are committed with it; or `null`,
 * which leaves it out on purpose.
 */
export type Passed<O extends Body = Body> = Message<O> | readonly Message<O>[] | null;

/** What is read from a file that may change while the gateway runs. */
export interface Live<T> {
  /** As the file was last read without an error; looked at again every few seconds. */
  readonly value: T;
}

/** What a transformer is given while it gets ready, before the first message. */
export interface PrepareTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** Reads a file; a relative path is relative to the folder of the gateway file. */
  readText(path: string): Promise<string>;
  /**
   * Reads a file and, while the stage lives, reads it again whenever it has changed. `read` throws where the text is no
   * use: at first the stage then does not open; later the value stays as it was and the gateway reports `fileRefused`.
   */
  live<T>(path: string, read: (text: string) => T): Promise<Live<T>>;
  /** The formats bodies can be made of. */
  readonly formats: Formats;
  /** The format of the bodies it will be given; `undefined` where nobody can know before the first message. */
  readonly body?: Format;
  /** IANA name of the zone that dates without an offset are in: `America/Chicago`. */
  readonly timeZone: string;
  /** Throws a declared error: the stage does not open. */
  readonly fail: Fail<Code>;
}

/**
 * What a transformer remembers from message to message. What it writes becomes durable in the commit that ends the
 * message, and is seen by the next message at once; where the message is worked on again, it is as if it had written
 * nothing. What was written by steps before the one that sends a message into quarantine stays written. Keys and values are text. Each step of a channel has a state of its own.
 */
export interface KeyedState {
  /** The value; `undefined` where there is none. */
  get(key: string): Promise<string | undefined>;
  /** Sets a value, when the message is committed. */
  set(key: string, value: string): void;
  /** Forgets a value, when the message is committed. */
  delete(key: string): void;
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
  /** What it remembers from message to message. */
  readonly state: KeyedState;
  /**
   * As `fetch` of the web platform, to the `hosts` its spec declares; redirects are not followed. Errors:
   * ACTOR_HOST_UNDECLARED, ACTOR_FETCH_FAILED; the latter may pass, so the message is tried again after a while.
   */
  fetch(request: string | Request, init?: RequestInit): Promise<Response>;
  /** IANA name of the zone that dates without an offset are in. */
  readonly timeZone: string;
  /** Lets everybody else have their turn: to be awaited now and then by what takes longer than some 20 ms. */
  turn(): Promise<void>;
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
  /** Hosts it may `fetch` from, each `name` or `name:port`; none where left out. */
  hosts?(config: Config<S>): readonly string[];
  /** Name of the format of the bodies it gives; the format it was given where left out. */
  gives?(config: Config<S>): string;
  /** It may make several messages of one: in a loop over one message there is no place for it. */
  readonly splits?: true;
  /** It takes documents alone that may be relied on: its channel MUST have a review. */
  readonly needsReview?: true;
  /** Called once in each life of the stage: compile expressions, read tables. */
  prepare?(tools: PrepareTools<S, NoInfer<Code>>): Awaitable<P>;
  /** MUST NOT change the message it is given; returns one or several made with `derive`, the same one, or `null`. */
  transform(
    message: Message<I>,
    tools: TransformTools<S, NoInfer<Code>, NoInfer<P>>,
  ): Awaitable<Passed<O>>;
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
  /**
   * A stream that transforms parsed messages. A message that fails errors it with its `MitralError`. There are no files,
   * no network and no zone but UTC; what makes other bodies finds the `formats` it is given.
   */
  (
    config: ConfigInput<S>,
    options?: { readonly formats?: readonly FormatSpec[] },
  ): TransformStream<Message<I>, Message<O>>;
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
  const make = (
    config: ConfigInput<S>,
    { formats = [] }: { readonly formats?: readonly FormatSpec[] } = {},
  ) => streamOf(() => bindTransformer(spec, withDefaults(spec.config, config) as Config<S>, alone(formats)));
  return Object.assign(make, { spec });
}

/** What a stage stands on: for each of its lives files and formats, for each message its state and the network. */
export interface Surroundings
  extends
    Pick<PrepareTools<Spec, string>, "readText" | "live" | "formats" | "body" | "timeZone">,
    Pick<TransformTools<Spec, string, unknown>, "fetch" | "turn"> {
  /** The state of the step, as the message that is being worked on may change it. */
  readonly state: KeyedState;
}

/** Opens a transformer as a stage. */
export async function bindTransformer<I extends Body, O extends Body, S extends Spec, Code extends string, P>(
  spec: TransformerSpec<I, O, string, S, Code, P>,
  config: Config<S>,
  around: Surroundings,
): Promise<Stage<I, O>> {
  const { fail } = errorTable(spec.name, spec.errors);
  const { state, timeZone } = around, turn = () => around.turn();
  const hosts = new Set(spec.hosts?.(config) ?? []);
  const prepared = await spec.prepare?.({ ...around, config, fail }) as P;
  const fetch = (request: string | Request, init?: RequestInit) => {
    const wanted = new Request(request, { ...init, redirect: "manual" });
    const { host, hostname } = new URL(wanted.url);
    if (hosts.has(host) || hosts.has(hostname)) return around.fetch(wanted);
    return Promise.reject(errors.error("ACTOR_HOST_UNDECLARED", { actor: spec.name, host }));
  };
  return {
    name: spec.name,
    process: (message, signal) =>
      spec.transform(message, { config, prepared, fail, signal, state, fetch, timeZone, turn }),
  };
}

/** Errors of what a transformer is given. */
export const errors: ErrorTable<"ACTOR_HOST_UNDECLARED" | "ACTOR_FETCH_FAILED"> = declareErrors("actor", {
  ACTOR_HOST_UNDECLARED: {
    blame: "bug",
    retry: "never",
    says: "Cannot fetch: {actor} does not declare {host} among its hosts",
  },
  ACTOR_FETCH_FAILED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot fetch: no HTTP exchange with the host",
  },
});

/**
 * A format as a stage. Reads the bytes as received, so that parsing twice, or after a replay, gives the same. `recognise`:
 * what reads them in place of the format's `parse`.
 */
export function parseStage<B extends Body>(
  format: Format<B>,
  recognise?: Recogniser<B>["recognise"],
): Stage<Body, B> {
  return {
    name: "parse",
    process(message, signal) {
      const { received, body: { contentType } } = message;
      // Again, for what came by no listener: another channel's messages, and streams without a gateway.
      format.admit(format.identify(received, contentType), received);
      const checked = (body: B) => {
        const flaws = format.check(received, contentType, body);
        const parsed = () => message.derive({ body });
        return flaws instanceof Promise ? flaws.then(parsed) : parsed();
      };
      return recognise
        ? recognise(received, contentType, signal).then(checked)
        : checked(format.parse(received, contentType));
    },
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
      const passed = await stage.process(message, life.signal);
      for (const each of passedOn(passed)) out.enqueue(each);
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

/** What goes on, as a list. */
export function passedOn<O extends Body>(passed: Passed<O>): readonly Message<O>[] {
  return passed === null ? [] : isSeveral(passed) ? passed : [passed];
}

function isSeveral<O extends Body>(
  passed: Message<O> | readonly Message<O>[],
): passed is readonly Message<O>[] {
  return Array.isArray(passed);
}

/** Outside a gateway: no files, no network; a state that lives as long as the stream. */
function alone(formats: readonly FormatSpec[]): Surroundings {
  const refuse = (what: string) => {
    throw new TypeError(`Cannot ${what}: only a gateway can`);
  };
  const values = new Map<string, string>();
  return {
    readText: async (path) => refuse(`read ${path}`),
    live: async (path) => refuse(`read ${path}`),
    formats(name) {
      const spec = formats.find((format) => format.name === name) ?? refuse(`make ${name}`);
      return bindFormat(spec, withDefaults(spec.config, undefined) as Config<Spec>);
    },
    fetch: async () => refuse("fetch"),
    timeZone: "UTC",
    turn: () => Promise.resolve(),
    state: {
      get: (key) => Promise.resolve(values.get(key)),
      set: (key, value) => void values.set(key, value),
      delete: (key) => void values.delete(key),
    },
  };
}

/** The config of a spec as a TypeScript caller wrote it, with what was left out. */
export function withDefaults(spec: Spec, config: unknown): unknown {
  const field = asField("", spec);
  if (config === undefined && field.default !== undefined) return field.default;
  if (field.kind !== "record") return config;
  const given = field.short !== undefined && typeof config === "string"
    ? { [field.short]: config }
    : (config ?? {}) as Record<string, unknown>;
  const filled: Record<string, unknown> = { ...given };
  for (const [name, { default: value }] of Object.entries(field.fields)) filled[name] ??= value;
  return filled;
}
