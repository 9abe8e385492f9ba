import { MitralError } from "../../../runtime/contract/error.ts";
import type { Format } from "../../../runtime/contract/format.ts";
import { type Body, hasPaths, type Outcome, type PathBody } from "../../../runtime/contract/message.ts";
import { must, textOf } from "../target.ts";

const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };
const OUTCOMES: readonly Outcome[] = [
  { kind: "accepted" },
  {
    kind: "rejected",
    error: new MitralError("FUZZ_VALUE_BAD", { blame: "sender", retry: "never", says: "Cannot take a|b^c" }, {
      path: "PID-3[2].4",
    }),
  },
];

/**
 * Does with bytes all that a gateway does with a message, whatever of it is refused, and holds what is read to the laws
 * of its format: bytes go out as they come in, what is written is found again, and an answer can be read.
 */
export function exerciseFormat(format: Format, input: Uint8Array, contentType?: string): Body | undefined {
  const before = input.slice();
  refusable(() => format.admit(format.identify(input, contentType), input));
  for (const outcome of OUTCOMES) {
    const answer = refusable(() => format.answer(input, outcome, FACTS));
    const isReadable = answer &&
      (format.batch?.split(answer.bytes) ?? refusable(() => format.parse(answer.bytes))) !== undefined;
    must(isReadable !== false, "an answer can be read");
  }
  refusable(() => format.judge(input, { controlId: "1" }));
  refusable(() => format.batch?.join([input, input], FACTS));
  refusable(() => [...format.batch?.split(input)?.messages ?? []]);
  const body = refusable(() => format.parse(input, contentType));
  must(isSame(input, before), "nobody writes into what was received");
  if (body === undefined) return undefined;
  format.keys(body);
  format.patients(body);
  format.demographics(body);
  const written = body.toBytes();
  must(isSame(format.parse(written, contentType).toBytes(), written), "what was written is written again");
  if (hasPaths(body) && input.length < 4_000) exercisePaths(format, body, contentType);
  must(isSame(body.toBytes(), written), "a body stays what it is");
  return body;
}

function exercisePaths(format: Format, body: PathBody, contentType?: string): void {
  let count = 0;
  for (const [path, value] of body.leaves()) {
    if (++count > 12) break;
    must(body.get(path) === value, "a leaf is found at its path");
    must(body.getAll(path).includes(value), "a leaf is among all at its path");
    must(body.places(path).length === 1, "a leaf has one place");
    const changed = refusable(() => body.with(path, "new \\value"));
    if (changed === undefined) continue;
    must(changed.get(path) === "new \\value", "what was written is there");
    const bytes = refusable(() => changed.toBytes());
    const reread = bytes && format.parse(bytes, contentType) as PathBody;
    if (reread) must(reread.get(path) === "new \\value", "what was written is read");
    refusable(() => body.without(path).toBytes());
  }
}

/** `undefined` where it is refused by a declared error. */
export function refusable<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof MitralError) return undefined;
    throw error;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The first line as one thing and the rest as another: settings and what is read with them. */
export function halves(input: Uint8Array): readonly [head: string, rest: Uint8Array] {
  const end = input.indexOf(0x0a);
  return end < 0
    ? [textOf(input), new Uint8Array()]
    : [textOf(input.subarray(0, end)), input.subarray(end + 1)];
}
