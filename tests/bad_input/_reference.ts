import { assert, assertMatch } from "@std/assert";
import { MitralError } from "mitral";

/** An error as the journal, an answer or an exception tells it. */
export interface Told {
  readonly code: string;
  /** What a person reads. */
  readonly says: string;
}

const page = new URL("../../docs/reference/errors.md", import.meta.url);
const ROW = /^\| `([A-Z0-9_]+)` +\| \w+ +\| \w+ +\| (.+?) +\|$/gm;

let read: Promise<ReadonlyMap<string, RegExp>> | undefined;

/** What may never stand in an error: the patient of every message in these tests. */
export const PATIENT = "Quillfeather";

/** Fails unless the error is one of the reference, says its sentence with all facts filled in, and no content. */
export async function assertDeclared({ code, says }: Told): Promise<void> {
  const sentence = (await (read ??= readReference())).get(code);
  assert(sentence, `${code} is not in docs/reference/errors.md`);
  assertMatch(says, sentence);
  assert(!says.includes(PATIENT), `${code} quotes the message`);
  assert(!/[{}]/.test(says), `${code} leaves a fact open: ${says}`);
}

/** The error an action is refused with, checked as {@linkcode assertDeclared} does. Fails where it is not refused. */
export async function refusal(action: Promise<unknown>): Promise<MitralError> {
  const outcome = await action.then(() => undefined, (cause: unknown) => cause);
  assert(outcome instanceof MitralError, `refused by ${outcome}`);
  await assertDeclared({ code: outcome.code, says: outcome.message });
  return outcome;
}

/** Every code of the reference with its sentence. */
async function readReference(): Promise<ReadonlyMap<string, RegExp>> {
  const rows = (await Deno.readTextFile(page)).matchAll(ROW);
  return new Map(Array.from(rows, ([, code, says]) => [code, sentenceOf(says)]));
}

/** Action and rule: the reference's own sentence, any text where a fact stands in braces. */
function sentenceOf(says: string): RegExp {
  const plain = says.replaceAll("\\|", "|").split(/\{\w+\}/);
  return new RegExp(`^${plain.map((part) => RegExp.escape(part)).join("[^]+")}$`);
}
