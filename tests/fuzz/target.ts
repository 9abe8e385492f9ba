/** One parser of the project and how to try it. Each is a file in `targets/`, and a line in `targets/mod.ts`. */
export interface Target {
  /** As `--target` names it. */
  readonly name: string;
  /** What inputs are made from: at least one that is read without an error. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Pieces that mean something to the parser, for mutation. */
  readonly words: readonly string[];
  /** Longest input, where what reads it bounds it; otherwise some are made of half a megabyte. */
  readonly bytesMax?: number;
  /**
   * Reads an input, does with the result what a gateway does, and holds it to its laws. A `MitralError` is a refusal;
   * anything else that is thrown is a finding. What it returns is what the input costs in memory.
   */
  attempt(input: Uint8Array): unknown;
}

const encoder = new TextEncoder();

/** Bytes of text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Text of bytes, whatever they are. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Fails with a sentence, as a finding. */
export function must(holds: boolean, sentence: string): void {
  if (!holds) throw new BrokenLaw(sentence);
}

/** Thrown where an input is read and what came of it breaks a law. */
export class BrokenLaw extends Error {
  override readonly name = "BrokenLaw";
}
