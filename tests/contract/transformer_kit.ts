/**
 * The conformance kit for transformers: those of this project and anybody's own. One call registers every check.
 *
 * @example
 * ```ts
 * testTransformer(normalisePhone, {
 *   config: { country: "US" },
 *   cases: [
 *     { name: "writes E.164", body: hl7("PID|||||||||||||(555) 0100"), expect: hl7("PID|||||||||||||+15550100").toBytes() },
 *     { name: "fails without a country", body: hl7(`PID||||${CANARY}`), expect: { code: "NORMALISE_PHONE_UNKNOWN" } },
 *   ],
 * });
 * ```
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { defineTransformer, type Transformer } from "../../runtime/contract/actor.ts";
import { type Faults, MitralError } from "../../runtime/contract/error.ts";
import { type Body, createMessage, type Message } from "../../runtime/contract/message.ts";
import type { ConfigInput, Spec } from "../../runtime/contract/spec.ts";

/** Stands for patient data. A body that is to fail carries it, so that an error that quotes content is caught. */
export const CANARY = "CANARY-5d0c81";

/** One message and what becomes of it. */
export interface TransformerCase<I extends Body, S extends Spec> {
  /** Continues the transformer's name to a sentence: `writes E.164`. */
  readonly name: string;
  readonly body: I;
  /** In place of the suite's. */
  readonly config?: ConfigInput<S>;
  /** The body's bytes (text stands for its UTF-8), `null` where it is filtered, or the error's code. */
  readonly expect: string | Uint8Array | null | { readonly code: string };
}

/** What to test a transformer with. */
export interface TransformerSuite<I extends Body, S extends Spec> {
  readonly config: ConfigInput<S>;
  /** Text by path, for what `prepare` reads. */
  readonly files?: Readonly<Record<string, string>>;
  /** MUST reach every error the transformer declares. */
  readonly cases: readonly TransformerCase<I, S>[];
}

/** Registers all checks of a transformer. */
export function testTransformer<
  I extends Body,
  O extends Body,
  N extends string,
  S extends Spec,
  Code extends string,
  P,
>(
  transformer: Transformer<I, O, N, S, Code, P>,
  suite: TransformerSuite<I, S>,
): void {
  const { name } = transformer.spec;
  for (const one of suite.cases) {
    Deno.test(`${name} ${one.name}`, () => checkCase(transformer, suite, one));
  }
  Deno.test(`${name} works on many messages as a Web TransformStream`, () => checkStream(transformer, suite));
  Deno.test(`${name} declares its errors and reaches each of them`, () => checkErrors(transformer, suite));
  Deno.test(`${name} has a spec a reference can be made from`, () => checkSpec(transformer));
}

/** Runs one case twice; fails unless both end as expected and the message given is as it was. */
export async function checkCase<
  I extends Body,
  O extends Body,
  N extends string,
  S extends Spec,
  Code extends string,
  P,
>(
  transformer: Transformer<I, O, N, S, Code, P>,
  suite: TransformerSuite<I, S>,
  one: TransformerCase<I, S>,
): Promise<void> {
  const before = one.body.toBytes().slice();
  const message = messageOf(one.body);
  const config = one.config ?? suite.config;
  for (const run of ["first", "second"]) {
    const result = await outcomeOf(transformer, suite, config, message);
    assertEquals(one.body.toBytes(), before, `the ${run} run changed the body it was given`);
    assertEquals(message.received, RECEIVED, `the ${run} run changed the received bytes`);
    if (isCode(one.expect)) {
      assert(text(before).includes(CANARY), "a body that is to fail must carry the CANARY");
      checkError(transformer, result, one.expect.code);
    } else if (one.expect === null) {
      assertEquals(result, null, `the ${run} run did not filter the message`);
    } else {
      if (result instanceof Error) throw result;
      assert(result !== null, `the ${run} run filtered the message`);
      checkResult(message, result, one.expect, run);
    }
  }
}

function checkResult(message: Message, result: Message, expected: string | Uint8Array, run: string): void {
  const bytes = result.body.toBytes();
  if (typeof expected === "string") assertEquals(text(bytes), expected, `of the ${run} run`);
  else assertEquals(new Uint8Array(bytes), new Uint8Array(expected), `of the ${run} run`);
  assertEquals(result.body.toBytes(), bytes, "the body gives other bytes when asked again");
  for (const name of ["id", "channel", "origin", "receivedAtMs", "received"] as const) {
    assertEquals(result[name], message[name], `${name} was not carried along`);
  }
  for (const [name, value] of Object.entries(METADATA)) {
    assertEquals(result.metadata[name], value, `metadata ${name} was not carried along`);
  }
}

function checkError<Code extends string>(
  { spec }: { readonly spec: { readonly name: string; readonly errors: Readonly<Record<Code, unknown>> } },
  result: Message | null | Error,
  code: string,
): void {
  assert(result instanceof Error, `expected ${code}, and the message went on`);
  if (!(result instanceof MitralError)) throw result;
  assertEquals(result.code, code);
  // Other owners' errors come from the body: a path it cannot read, a value it cannot take.
  if (code.startsWith(`${spec.name.toUpperCase()}_`)) assert(code in spec.errors, `${code} is not declared`);
  const shown = `${JSON.stringify(result)} ${result.message}`;
  assert(!shown.includes(CANARY), `${code} shows what the message holds: ${shown}`);
  assert(!/\{\w+\}/.test(result.message), `${code} leaves a fact out: ${result.message}`);
}

/** Pushes every message that ends well through one stream, in order, with no gateway around it. */
export async function checkStream<
  I extends Body,
  O extends Body,
  N extends string,
  S extends Spec,
  Code extends string,
  P,
>(transformer: Transformer<I, O, N, S, Code, P>, suite: TransformerSuite<I, S>): Promise<void> {
  const cases = suite.cases.filter((one) => one.config === undefined && !isCode(one.expect));
  assert(cases.length > 0, "no case ends well with the suite's config");
  const messages = cases.map((one, at) => messageOf(one.body, `message-${at}`));
  const passed = ReadableStream.from(messages).pipeThrough(open(transformer, suite, suite.config));
  const ids = (await Array.fromAsync(passed)).map(({ id }) => id);
  assertEquals(ids, messages.filter((_, at) => cases[at].expect !== null).map(({ id }) => id));
}

/** Fails where a declared error is reached by no case. */
export function checkErrors(
  { spec }: { readonly spec: { readonly errors: object } },
  suite: { readonly cases: readonly { readonly expect: unknown }[] },
): void {
  const reached = new Set(suite.cases.map((one) => isCode(one.expect) ? one.expect.code : ""));
  assertEquals(
    Object.keys(spec.errors).filter((code) => !reached.has(code)),
    [],
    "no case reaches these errors",
  );
}

/** Fails unless the spec's texts and codes follow the rules of the reference. */
export function checkSpec({ spec }: {
  readonly spec: {
    readonly name: string;
    readonly about: string;
    readonly errors: Readonly<Record<string, { readonly says: string }>>;
  };
}): void {
  assertMatch(spec.name, /^[a-z][a-z0-9_]*$/);
  assertMatch(spec.about, /^[A-Z][^\n]*\.$/);
  for (const [code, { says }] of Object.entries(spec.errors)) {
    assertMatch(code, /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){2,}$/);
    assert(code.startsWith(`${spec.name.toUpperCase()}_`), `${code} does not begin with its owner`);
    assertMatch(says, /^Cannot [^\n]*[^.\n]$/);
  }
}

const RECEIVED = new TextEncoder().encode(`received ${CANARY}`);
const METADATA = Object.freeze({ kept: "as it was", secret: CANARY });

function messageOf<I extends Body>(body: I, id = "0190a3b4-0000-7000-8000-000000000001"): Message<I> {
  const origin = Object.freeze({ adapter: "kit", peer: `192.0.2.7:51022 ${CANARY}`, partner: "kit-partner" });
  return createMessage({
    id,
    channel: "kit",
    origin,
    receivedAtMs: 1_700_000_000_000,
    received: RECEIVED.slice(),
    body,
    metadata: METADATA,
  });
}

async function outcomeOf<
  I extends Body,
  O extends Body,
  N extends string,
  S extends Spec,
  Code extends string,
  P,
>(
  transformer: Transformer<I, O, N, S, Code, P>,
  suite: TransformerSuite<I, S>,
  config: ConfigInput<S>,
  message: Message<I>,
): Promise<Message<O> | null | Error> {
  try {
    const passed = ReadableStream.from([message]).pipeThrough(open(transformer, suite, config));
    return (await Array.fromAsync(passed))[0] ?? null;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** The transformer as its author's users get it, with the suite's files in reach. */
function open<I extends Body, O extends Body, N extends string, S extends Spec, Code extends string, P>(
  transformer: Transformer<I, O, N, S, Code, P>,
  suite: TransformerSuite<I, S>,
  config: ConfigInput<S>,
): TransformStream<Message<I>, Message<O>> {
  const { files } = suite;
  const { spec } = transformer;
  if (!files || !spec.prepare) return transformer(config);
  const readText = (path: string) =>
    path in files ? Promise.resolve(files[path]) : Promise.reject(new Error(`ENOENT ${CANARY}`));
  return defineTransformer<N, S, Code, I, O, P>({
    ...spec,
    errors: spec.errors as typeof spec.errors & Faults<N, Code>,
    prepare: (tools) => spec.prepare!({ ...tools, readText }),
  })(config);
}

function isCode(expect: unknown): expect is { readonly code: string } {
  return typeof expect === "object" && expect !== null && "code" in expect;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
