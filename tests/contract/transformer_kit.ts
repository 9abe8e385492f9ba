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
import { bindTransformer, streamOf, type Transformer, withDefaults } from "../../runtime/contract/actor.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { type Body, createMessage, type Message } from "../../runtime/contract/message.ts";
import type { Config, ConfigInput, Spec } from "../../runtime/contract/spec.ts";
import { hasLeaves, pathDiff } from "./_path_diff.ts";
import { boundFormats, CANARY, type Scenery, surroundingsOf } from "./_surroundings.ts";
import { sameBytes } from "./_bytes.ts";

export { CANARY };
export type { Scenery };

/** The content of a body: as bytes, as text (which stands for its UTF-8), or as a body with the same bytes. */
export type Content = string | Uint8Array | Body;

/** One message and what becomes of it. What it says of the surroundings is in place of what the suite says. */
export interface TransformerCase<I extends Body, S extends Spec> extends Scenery {
  /** Continues the transformer's name to a sentence: `writes E.164`. */
  readonly name: string;
  readonly body: I;
  /** In place of the suite's. */
  readonly config?: ConfigInput<S>;
  /** What goes on; several where it is split; `null` where it is filtered; or the error's code. */
  readonly expect: Content | readonly Content[] | null | { readonly code: string };
}

/** What to test a transformer with. */
export interface TransformerSuite<I extends Body, S extends Spec> extends Scenery {
  readonly config: ConfigInput<S>;
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
  const scenery = { ...suite, ...one };
  for (const run of ["first", "second"]) {
    const result = await outcomeOf(transformer, scenery, message);
    assertEquals(one.body.toBytes(), before, `the ${run} run changed the body it was given`);
    assertEquals(message.received, RECEIVED, `the ${run} run changed the received bytes`);
    if (isCode(one.expect)) {
      assert(text(before).includes(CANARY), "a body that is to fail must carry the CANARY");
      checkError(transformer, result, one.expect.code);
      continue;
    }
    if (result instanceof Error) throw result;
    const expected = one.expect === null ? [] : isList(one.expect) ? one.expect : [one.expect];
    if (one.expect === null) assertEquals(result, [], `the ${run} run did not filter the message`);
    assert(result.length > 0 || expected.length === 0, `the ${run} run filtered the message`);
    assertEquals(result.length, expected.length, `of the ${run} run, the number of parts`);
    result.forEach((part, at) => checkResult(message, part, expected[at], scenery, `of the ${run} run`));
  }
}

function checkResult(
  message: Message,
  result: Message,
  expected: Content,
  scenery: Scenery,
  of: string,
): void {
  checkContent(result.body, expected, scenery, of);
  assertEquals(result.body.toBytes(), result.body.toBytes(), "the body gives other bytes when asked again");
  for (const name of ["id", "channel", "origin", "receivedAtMs", "received"] as const) {
    assertEquals(result[name], message[name], `${name} was not carried along`);
  }
  for (const [name, value] of Object.entries(METADATA)) {
    assertEquals(result.metadata[name], value, `metadata ${name} was not carried along`);
  }
}

/** Compares bytes, and says in paths what differs, where both have some. */
function checkContent(body: Body, expected: Content, scenery: Scenery, of: string): void {
  const actual = body.toBytes();
  const bytes = typeof expected === "string"
    ? new TextEncoder().encode(expected)
    : expected instanceof Uint8Array
    ? expected
    : expected.toBytes();
  if (sameBytes(actual, bytes)) return;
  const other = typeof expected === "string" || expected instanceof Uint8Array
    ? parsed(bytes, body.contentType, scenery)
    : expected;
  if (other && hasLeaves(body) && hasLeaves(other)) {
    const diff = pathDiff(body, other);
    assert(diff.length === 0, `${of}, by path (- expected, + found):\n${diff.join("\n")}`);
  }
  if (typeof expected === "string") assertEquals(text(actual), expected, of);
  assertEquals(new Uint8Array(actual), new Uint8Array(bytes), of);
}

/** Expected bytes as a body of the same kind, where one of the suite's formats reads them. */
function parsed(bytes: Uint8Array, contentType: string, scenery: Scenery): Body | undefined {
  try {
    return boundFormats(scenery).find(({ contentTypes }) => contentTypes.includes(contentType))?.parse(bytes);
  } catch {
    return undefined;
  }
}

function checkError<Code extends string>(
  { spec }: { readonly spec: { readonly name: string; readonly errors: Readonly<Record<Code, unknown>> } },
  result: readonly Message[] | Error,
  code: string,
): void {
  assert(result instanceof Error, `expected ${code}, and the message went on`);
  if (!(result instanceof MitralError)) throw result;
  assertEquals(result.code, code);
  // Other owners' errors come from the body: a path it cannot read, a value it cannot take.
  if (code.startsWith(`${spec.name.toUpperCase()}_`)) assert(code in spec.errors, `${code} is not declared`);
  const shown = `${JSON.stringify(result)} ${result.message}`;
  assert(!shown.includes(CANARY), `${code} shows what the message holds: ${shown}`);
  // A fact may have braces of its own: the path of a template.
  const unfilled = Object.values(result.facts).reduce<string>(
    (text, fact) => text.replaceAll(String(fact), ""),
    result.message,
  );
  assert(!/\{\w+\}/.test(unfilled), `${code} leaves a fact out: ${result.message}`);
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
  const cases = suite.cases.filter((one) => !OWN.some((key) => key in one) && !isCode(one.expect));
  assert(cases.length > 0, "no case ends well with what the suite says");
  const messages = cases.map((one, at) => messageOf(one.body, `message-${at}`));
  const passed = ReadableStream.from(messages).pipeThrough(open(transformer, suite));
  const ids = (await Array.fromAsync(passed)).map(({ id }) => id);
  const expected = messages.flatMap(({ id }, at) => {
    const { expect } = cases[at];
    return expect === null ? [] : isList(expect) ? expect.map(() => id) : [id];
  });
  assertEquals(ids, expected);
}

/** What a case may say of its own: with one of these it is no case for the suite's stream. */
const OWN = ["config", "files", "formats", "format", "state", "fetch", "timeZone"] as const;

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
  scenery: Scenery & { readonly config: ConfigInput<S> },
  message: Message<I>,
): Promise<readonly Message<O>[] | Error> {
  try {
    return await Array.fromAsync(ReadableStream.from([message]).pipeThrough(open(transformer, scenery)));
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** The transformer as a stream, within what the suite and the case say of the surroundings. */
function open<I extends Body, O extends Body, N extends string, S extends Spec, Code extends string, P>(
  { spec }: Transformer<I, O, N, S, Code, P>,
  scenery: Scenery & { readonly config: ConfigInput<S> },
): TransformStream<Message<I>, Message<O>> {
  const config = withDefaults(spec.config, scenery.config) as Config<S>;
  return streamOf(() => bindTransformer(spec, config, surroundingsOf(scenery)));
}

function isCode(expect: unknown): expect is { readonly code: string } {
  return typeof expect === "object" && expect !== null && "code" in expect;
}

function isList(expect: unknown): expect is readonly Content[] {
  return Array.isArray(expect);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
