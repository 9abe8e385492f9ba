import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type Blame, MitralError } from "../../runtime/contract/error.ts";
import {
  type Batch,
  bindFormat,
  type Format,
  type FormatSpec,
  type Identity,
} from "../../runtime/contract/format.ts";
import { type Body, hasPaths, type Outcome, type PathBody } from "../../runtime/contract/message.ts";
import type { Config, Spec } from "../../runtime/contract/spec.ts";
import { latin1 } from "./_bytes.ts";
import { SEED } from "./_seed.ts";
import { assertLeafLaws, assertPlaceLaws, assertWriteLaws } from "./path_laws.ts";

/** Bytes the format reads, and what it makes of them. */
export interface ValidSample {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly contentType?: string;
  /** What `toBytes` gives; the bytes themselves where left out. */
  readonly output?: Uint8Array | string;
  readonly identity?: Partial<Identity>;
  readonly keys?: readonly string[];
  /** Whether later messages build on this one. */
  readonly isBuiltOn?: boolean;
  /** Values by path; `undefined` for what is absent. */
  readonly values?: Readonly<Record<string, string | undefined>>;
  /** Paths of single leaves, in different places, for the laws of `with` and `without`. */
  readonly writable?: readonly string[];
  /** What a path can mean, as exact paths. */
  readonly places?: Readonly<Record<string, readonly string[]>>;
  /** What a path splits the body into, as it is written. */
  readonly splits?: Readonly<Record<string, readonly string[]>>;
}

/** Bytes the format refuses. */
export interface InvalidSample {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly contentType?: string;
  readonly code: string;
}

/** What {@linkcode testFormat} needs beside the spec. */
export interface FormatKit<S extends Spec> {
  readonly config: Config<S>;
  readonly valid: readonly ValidSample[];
  readonly invalid: readonly InvalidSample[];
  /** Content that stands in at least one valid sample, as patient data would: must turn up in no error. */
  readonly canary: string;
  /** The body keeps the array it was parsed from, as its documentation says. */
  readonly keepsBuffer?: boolean;
  /** What makes it refuse a value, by one character; any beyond ASCII, which a character set may lack, where left out. */
  readonly unwritable?: RegExp;
  /** Kinds that the format creates; needed where it creates any. */
  readonly creates?: readonly string[];
  /** What of a payload a batch holds as it is; all of it where left out. */
  readonly inBatch?: (payload: Uint8Array) => Uint8Array;
}

/** No path in any language: it begins with a bracket that closes, and has a NUL in it. */
const NO_PATH = "][\0";
const USES = ["get", "read", "write", "split"] as const;
const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };

/** Registers the tests that hold for every format. */
export function testFormat<S extends Spec, Code extends string>(
  spec: FormatSpec<string, S, Code>,
  kit: FormatKit<S>,
): void {
  const format = bindFormat(spec, kit.config);
  const test = (sentence: string, fn: () => void) => Deno.test(`${spec.name} ${sentence}`, fn);

  test("declares its errors under its own name, with a sentence each", () => {
    for (const code of Object.keys(spec.errors)) {
      assert(code.startsWith(`${spec.name.toUpperCase()}_`), code);
      assert(/^Cannot [^]+[^.]$/.test(spec.errors[code as Code].says), code);
    }
    assert(spec.contentTypes.length > 0);
  });

  for (const sample of kit.valid) {
    test(`reads and writes ${sample.name} byte for byte`, () => {
      const input = bytesOf(sample.bytes), output = bytesOf(sample.output ?? sample.bytes);
      const body = format.parse(input, sample.contentType);
      assertEquals(hex(body.toBytes()), hex(output));
      assertEquals(hex(input), hex(bytesOf(sample.bytes)), "parse changed its input");
      assertEquals(hex(format.parse(bytesOf(sample.bytes), sample.contentType).toBytes()), hex(output));
      assertEquals(hex(format.parse(output, sample.contentType).toBytes()), hex(output), "its own output");
      if (kit.keepsBuffer) return;
      input.fill(0);
      assertEquals(hex(body.toBytes()), hex(output), "the body follows its caller's buffer");
    });
    if (sample.identity) {
      test(`identifies ${sample.name}`, () => {
        const found = format.identify(bytesOf(sample.bytes), sample.contentType);
        assertEquals({ ...found, ...sample.identity }, found);
      });
    }
    if (sample.keys) {
      test(`names the keys of ${sample.name}`, () => {
        assertEquals(format.keys(format.parse(bytesOf(sample.bytes), sample.contentType)), sample.keys);
      });
    }
    if (sample.isBuiltOn !== undefined) {
      test(`says whether others build on ${sample.name}`, () => {
        const identity = format.identify(bytesOf(sample.bytes), sample.contentType);
        assertEquals(format.isBuiltOn(identity), sample.isBuiltOn);
      });
    }
    if (sample.values) {
      test(`finds values by path in ${sample.name}`, () => {
        const body = pathBody(format, sample);
        for (const [path, value] of Object.entries(sample.values ?? {})) {
          assertEquals(body.get(path), value, path);
          if (value !== undefined) assert(body.getAll(path).includes(value), path);
        }
      });
    }
    if (spec.checkPath) testPaths(format, sample, kit.unwritable, test);
  }

  test("says which paths it takes where its bodies have paths", () => {
    for (const sample of kit.valid) {
      const body = format.parse(bytesOf(sample.bytes), sample.contentType);
      assertEquals(hasPaths(body), spec.checkPath !== undefined, sample.name);
    }
    for (const use of spec.checkPath ? USES : []) {
      assert(declared(spec, () => format.checkPath(NO_PATH, use)), `a path was taken to ${use} that is none`);
    }
  });

  for (const sample of kit.invalid) {
    test(`refuses ${sample.name}`, () => {
      const error = declared(spec, () => format.parse(bytesOf(sample.bytes), sample.contentType));
      assertEquals(error?.code, sample.code);
    });
  }

  test("meets broken input with nothing but declared errors, which quote none of it", () => {
    const samples = kit.valid.map(({ bytes }) => bytesOf(bytes));
    const canary = bytesOf(kit.canary);
    assert(samples.some((bytes) => hex(bytes).includes(hex(canary))), "the canary is in no sample");
    fc.assert(
      fc.property(brokenFrom(samples), (bytes) => {
        const calls = [
          () => {
            const body = format.parse(bytes);
            body.toBytes();
            format.keys(body);
            format.patients(body);
            format.demographics(body);
            if (hasPaths(body)) Array.from(body.leaves());
          },
          () => format.identify(bytes),
          () => format.answer(bytes, outcomeOf("rejected", "sender"), FACTS),
          () => format.isAnsweredTwice(bytes),
          () => format.judge(bytes, { controlId: "1" }),
          () => format.batch?.split(bytes),
          () => Array.from(format.batch?.messagesIn(bytes) ?? []),
        ];
        for (const call of calls) {
          const error = declared(spec, call);
          assert(!error || !JSON.stringify(error).includes(kit.canary), "an error quotes its message");
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  if (spec.create) testCreation(format, kit.creates ?? [], test);
  if (format.batch) testBatch(format, format.batch, kit, test);
  if (spec.answer) testAnswers(format, spec, kit.valid, test);
}

type Register = (sentence: string, fn: () => void) => void;

function testPaths(
  format: Format,
  sample: ValidSample,
  unwritable: RegExp | undefined,
  test: Register,
): void {
  const { values = {}, writable = [], places = {}, splits = {} } = sample;
  const reread = (bytes: Uint8Array) => withPaths(format.parse(bytes, sample.contentType));

  test(`lists the leaves of ${sample.name}`, () => {
    const body = pathBody(format, sample);
    assertLeafLaws(body, reread);
    for (const [path] of body.leaves()) format.checkPath(path, "read");
  });

  test(`finds the places of ${sample.name}`, () => {
    const body = pathBody(format, sample);
    const paths = [values, places, splits].flatMap((table) => Object.keys(table));
    for (const path of new Set([...paths, ...writable])) {
      format.checkPath(path, "read");
      assertPlaceLaws(body, path, reread);
    }
    for (const path of Object.keys(values)) format.checkPath(path, "get");
    for (const path of Object.keys(splits)) format.checkPath(path, "split");
    for (const [path, expected] of Object.entries(places)) assertEquals(body.places(path), expected, path);
    for (const [path, expected] of Object.entries(splits)) {
      const parts = body.split(path).map((part) => hex(part.toBytes()));
      assertEquals(parts, expected.map((text) => hex(bytesOf(text))), path);
    }
  });

  if (writable.length === 0) return;
  test(`keeps the laws of with and without in ${sample.name}`, () => {
    for (const path of writable) format.checkPath(path, "write");
    assertWriteLaws(pathBody(format, sample), writable, reread, unwritable);
  });
}

function testCreation(format: Format, kinds: readonly string[], test: Register): void {
  test("creates bodies that it reads, the same ones every time", () => {
    assert(kinds.length > 0, "the kit names nothing in creates");
    for (const kind of kinds) {
      const bytes = format.create(kind, FACTS)?.toBytes();
      assert(bytes, kind);
      assertEquals(hex(format.parse(bytes).toBytes()), hex(bytes), kind);
      assertEquals(format.create(kind, FACTS)?.toBytes(), bytes, kind);
    }
  });
}

function testBatch(
  format: Format,
  batch: Batch,
  { valid, inBatch = (payload) => payload }: Pick<FormatKit<Spec>, "valid" | "inBatch">,
  test: Register,
): void {
  test("puts any number of payloads together, each as it is, in order", () => {
    const payloads = valid.map(({ bytes, contentType }) =>
      format.parse(bytesOf(bytes), contentType).toBytes()
    );
    for (let count = 0; count <= payloads.length; count++) {
      const some = payloads.slice(0, count);
      const whole = batch.join(some, FACTS);
      assertEquals(hex(batch.join(some, FACTS)), hex(whole), "the same input made another batch");
      const text = latin1(whole);
      assert(text.includes(batch.controlId?.(FACTS) ?? ""), "the whole does not hold its control id");
      let at = 0;
      for (const payload of some.map((one) => latin1(inBatch(one)))) {
        const found = text.indexOf(payload, at);
        assert(found >= 0, "a payload is missing");
        at = found + payload.length;
      }
    }
  });

  test("takes apart what it has put together, and no message by itself", () => {
    const payloads = valid.map(({ bytes, contentType }) =>
      format.parse(bytesOf(bytes), contentType).toBytes()
    );
    for (const payload of payloads) assertEquals(batch.split(payload), undefined);
    const whole = batch.join(payloads, FACTS), received = hex(whole);
    const split = batch.split(whole);
    if (!split) return;
    assertEquals([split.count, split.warnings], [payloads.length, []]);
    const found = Array.from(split.messages, (message) => format.parse(message).toBytes());
    assertEquals(found.map(hex), payloads.map(hex));
    assertEquals(
      Array.from(batch.messagesIn(whole), (message) => hex(format.parse(message).toBytes())),
      payloads.map(hex),
    );
    const answers = payloads.map((payload) => format.answer(payload, { kind: "accepted" }, FACTS));
    const answer = batch.answer(whole, answers, FACTS);
    assertEquals(
      answer && format.judge(answer.bytes, { controlId: batch.controlId?.(FACTS) ?? "" }).kind,
      "accepted",
    );
    assertEquals(hex(whole), received, "it changed its input");
  });
}

function testAnswers<S extends Spec, Code extends string>(
  format: Format,
  spec: FormatSpec<string, S, Code>,
  samples: readonly ValidSample[],
  test: Register,
): void {
  const outcomes = [
    { kind: "accepted" },
    { kind: "filtered" },
    ...(["sender", "unsupported", "receiver", "operator", "bug"] as const)
      .flatMap((blame) => [outcomeOf("rejected", blame), outcomeOf("failed", blame)]),
  ] satisfies Outcome[];

  test("gives the same answer to the same message", () => {
    let given = 0;
    for (const { bytes } of samples) {
      for (const outcome of outcomes) {
        const received = bytesOf(bytes);
        const first = format.answer(received, outcome, FACTS);
        assertEquals(hex(received), hex(bytesOf(bytes)), "answer changed its input");
        const second = format.answer(bytesOf(bytes), outcome, FACTS);
        assertEquals(first && hex(first.bytes), second && hex(second.bytes));
        if (first) given++;
      }
    }
    assert(given > 0, "no sample was answered");
  });

  test("passes a peer's own answer on as it is", () => {
    const answer = { bytes: bytesOf("as it is"), contentType: "text/plain" };
    assertEquals(format.answer(bytesOf(samples[0].bytes), { kind: "accepted", answer }, FACTS), answer);
  });

  if (!spec.judge) return;
  test("judges its own answers as they were meant", () => {
    let judged = 0;
    for (const { bytes } of samples) {
      const sent = { controlId: format.identify(bytesOf(bytes)).controlId };
      for (const outcome of outcomes) {
        const answer = format.answer(bytesOf(bytes), outcome, FACTS);
        if (answer === null) continue;
        const isGood = outcome.kind === "accepted" || outcome.kind === "filtered";
        const found = format.judge(answer.bytes, sent);
        assertEquals(found.kind === "accepted", isGood);
        assertEquals(found.kind !== "filtered" && found.answer && hex(found.answer.bytes), hex(answer.bytes));
        const error = declared(spec, () => format.judge(answer.bytes, { controlId: `${sent.controlId}0` }));
        assert(error, "an answer to another message was taken");
        judged++;
      }
    }
    assert(judged > 0, "no answer was judged");
  });
}

/** Runs a call; what it throws has to be a declared error. */
function declared<S extends Spec, Code extends string>(
  spec: FormatSpec<string, S, Code>,
  call: () => unknown,
): MitralError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof MitralError)) throw error;
    assert(error.code in spec.errors, `${error.code} is not declared`);
    assert(!/\{\w+\}/.test(error.message), `${error.code} leaves a fact out: ${error.message}`);
    return error;
  }
}

function outcomeOf(kind: "rejected" | "failed", blame: Blame): Outcome {
  return {
    kind,
    error: new MitralError("KIT_MESSAGE_BAD", { blame, retry: "never", says: "Cannot: a | kit ^ test" }),
  };
}

/** Random bytes, and samples cut short, with bits flipped, with parts taken out, doubled or overwritten. */
function brokenFrom(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const sample = fc.constantFrom(...samples);
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(sample, place).map(([bytes, at]) => bytes.slice(0, at * bytes.length)),
    fc.tuple(
      sample,
      fc.array(fc.tuple(place, fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 8 }),
    )
      .map(([bytes, flips]) => {
        const broken = bytes.slice();
        for (const [at, bit] of flips) broken[Math.floor(at * broken.length)] ^= 1 << bit;
        return broken;
      }),
    fc.tuple(sample, place, place, fc.uint8Array({ maxLength: 8 })).map(([bytes, a, b, between]) => {
      const head = bytes.subarray(0, a * bytes.length), tail = bytes.subarray(b * bytes.length);
      return Uint8Array.from([...head, ...between, ...tail]);
    }),
  );
}

function pathBody(format: Format, sample: ValidSample): PathBody {
  return withPaths(format.parse(bytesOf(sample.bytes), sample.contentType));
}

function withPaths(body: Body): PathBody {
  assert(hasPaths(body), "the format has no paths");
  return body;
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
}

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}
