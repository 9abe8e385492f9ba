import { MitralError } from "../../runtime/contract/error.ts";
import type { Target } from "./target.ts";

/** What an input did that it must not. */
export interface Finding {
  /** The same for inputs that fail in the same way: the error and where it was thrown. */
  readonly signature: string;
  readonly trace: string;
}

/**
 * What an input leaves in memory may be so many times its size, beside what is there for any input. Measured after
 * collecting garbage, where V8 lets us, and for large inputs only.
 */
const KEPT_TIMES_MAX = 64;
const KEPT_BYTES_FREE = 16_000_000;
const LARGE_BYTES = 250_000;

/** Tries one input; `undefined` where all is well. */
export async function attempt(target: Target, input: Uint8Array): Promise<Finding | undefined> {
  const given = input.slice();
  const before = input.length >= LARGE_BYTES ? memoryAfterCollection() : undefined;
  let kept: unknown;
  try {
    kept = await target.attempt(given);
  } catch (error) {
    return error instanceof MitralError ? undefined : findingOf(error);
  }
  if (before === undefined) return undefined;
  const bytes = memoryAfterCollection()! - before;
  const isMuch = kept !== undefined && bytes > KEPT_BYTES_FREE + KEPT_TIMES_MAX * input.length;
  return isMuch
    ? {
      signature: "memory",
      trace: `keeps ${bytes} bytes of ${input.length}: more than ${KEPT_TIMES_MAX} times`,
    }
    : undefined;
}

function memoryAfterCollection(): number | undefined {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return undefined;
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function findingOf(error: unknown): Finding {
  const trace = error instanceof Error ? error.stack ?? String(error) : String(error);
  const [first] = trace.split("\n", 1);
  const place = /\n\s+at .*?([a-z0-9_/]+\.ts:\d+)/.exec(trace.replaceAll(/\n\s+at must .*/g, ""))?.[1] ?? "";
  return { signature: `${first.replaceAll(/\d+|"[^"]*"|'[^']*'/g, "#").slice(0, 100)} ${place}`, trace };
}

/** A smaller input that fails in the same way, within a number of attempts. */
export async function shrunk(target: Target, input: Uint8Array, { signature }: Finding): Promise<Uint8Array> {
  let smallest = input;
  let left = 4_000;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && left-- > 0;) {
      const without = Uint8Array.from([...smallest.subarray(0, at), ...smallest.subarray(at + size)]);
      if ((await attempt(target, without))?.signature === signature) smallest = without;
      else at += size;
    }
  }
  return smallest;
}
