import type { Finding } from "../../../contract/adapter.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { hexdump } from "./hexdump.ts";

/** One thing that was looked at. */
export interface Step {
  /** `ok`: as it should be. `odd`: Mitral copes, others may not. `bad`: this is what is wrong. */
  readonly state: "ok" | "odd" | "bad";
  /** Stable, for programs: of a finding, or of an error. */
  readonly code?: string;
  readonly says: string;
  /** What a person can do about it. */
  readonly hint?: string;
  /** What the peer wrote about it; for a person's eyes only. */
  readonly words?: readonly string[];
  /** Offset in `bytes` where it shows. */
  readonly at?: number;
  /** What it was found in; for a person's eyes only. */
  readonly bytes?: Uint8Array;
}

/** Findings as steps, worst as they are told. */
export function stepsOf(findings: readonly Finding[], bytes: Uint8Array): readonly Step[] {
  return findings.map(({ code, says, at, isTolerated }) => ({
    state: isTolerated ? "odd" : "bad",
    code,
    says,
    at,
    bytes,
  }));
}

/** A step as lines of text, with the bytes around where it shows. */
export function stepText({ state, code, says, hint, words = [], at, bytes }: Step, paint: Paint): string {
  const tone = { ok: paint.good, odd: paint.warn, bad: paint.bad }[state];
  const lines = [
    `  ${tone(state.padEnd(4))} ${plain(says)}${code === undefined ? "" : ` ${paint.faint(`[${code}]`)}`}`,
  ];
  if (hint !== undefined) lines.push(`       ${hint}`);
  lines.push(...words.map((line) => `       > ${plain(line)}`));
  if (at !== undefined && bytes !== undefined) {
    lines.push(`       at byte ${at}:`, hexdump(bytes, at).replace(/^/gm, "       "));
  }
  return lines.join("\n");
}

/** The same for a program: without the bytes. */
export function stepJson({ state, code, says, hint, at }: Step): Readonly<Record<string, unknown>> {
  return { state, code, says, hint, at };
}
