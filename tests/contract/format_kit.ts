import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type Blame, MitralError } from "../../runtime/contract/error.ts";
import { bindFormat, type Format, type FormatSpec, type Identity } from "../../runtime/contract/format.ts";
import { hasPaths, type Outcome, type PathBody } from "../../runtime/contract/message.ts";
import type { Config, Spec } from "../../runtime/contract/spec.ts";

/** Bytes the format reads, and what it makes of them. */
export interface ValidSample {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly contentType?: string;
  /** What `toBytes` gives; the bytes themselves where left out. */
  readonly output?: Uint8Array | string;
  readonly identity?: Partial<Identity>;
  readonly keys?: readonly string[];
  /** Values by path; `undefined` for what is absent. */
  readonly values?: Readonly<Record<string, string | undefined>>;
  /** Paths of single leaves, in different places, for the laws of `with` and `without`. */
  readonly writable?: readonly string[];
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
  /** What a value holds that no message of the format can, whatever its character set. */
  readonly unwritable?: RegExp;
}

const SEED = 20260215;
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
    if (sample.values) {
      test(`finds values by path in ${sample.name}`, () => {
        const body = pathBody(format, sample);
        for (const [path, value] of Object.entries(sample.values ?? {})) {
          assertEquals(body.get(path), value, path);
          if (value !== undefined) assert(body.getAll(path).includes(value), path);
        }
      });
    }
    if (sample.writable) testPaths(format, sample, spec.errors, kit.unwritable, test);
  }

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
          },
          () => format.identify(bytes),
          () => format.answer(bytes, outcomeOf("rejected", "sender"), FACTS),
          () => format.judge(bytes, { controlId: "1" }),
        ];
        for (const call of calls) {
          const error = declared(spec, call);
          assert(!error || !JSON.stringify(error).includes(kit.canary), "an error quotes its message");
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  if (spec.answer) testAnswers(format, spec, kit.valid, test);
}

type Register = (sentence: string, fn: () => void) => void;

function testPaths(
  format: Format,
  sample: ValidSample,
  errors: Readonly<Record<string, unknown>>,
  unwritable: RegExp | undefined,
  test: Register,
): void {
  const paths = sample.writable ?? [];
  test(`keeps the laws of with and without in ${sample.name}`, () => {
    const body = pathBody(format, sample);
    const before = hex(body.toBytes());
    fc.assert(
      fc.property(fc.constantFrom(...paths), VALUE, (path, value) => {
        let changed: PathBody;
        try {
          changed = body.with(path, value);
        } catch (error) {
          assert(error instanceof MitralError && error.code in errors, String(error));
          // Only a character set may stand in the way of a value, or what the format has no way to write.
          assert(/[^\0-\x7f]/.test(value) || unwritable?.test(value), error.code);
          return;
        }
        assertEquals(changed.get(path), value);
        const reread = format.parse(changed.toBytes(), sample.contentType) as PathBody;
        assertEquals(reread.get(path), value, "after writing and reading");
        for (const other of paths.filter((other) => other !== path)) {
          assertEquals(changed.get(other), body.get(other), `${other} changed with ${path}`);
        }
        assertEquals(changed.without(path).get(path), undefined);
        assertEquals(hex(body.toBytes()), before, "the original changed");
      }),
      { seed: SEED, numRuns: 200 },
    );
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

/** Any text, and text of what formats find hardest. */
const VALUE = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: "binary" }),
  fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom(..."|^~\\&#\"'{}[]<>$.,:%HNXZFSTREP0419abr \t\r\n\0é€"),
  }),
);

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
  const body = format.parse(bytesOf(sample.bytes), sample.contentType);
  assert(hasPaths(body), "the format has no paths");
  return body;
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
}

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}
