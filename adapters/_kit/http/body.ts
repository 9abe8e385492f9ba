import type { AdapterTools, Reading } from "../../../runtime/contract/adapter.ts";
import { type BoundedBody, readBounded } from "./bounded_body.ts";
import type { HttpCode } from "./faults.ts";
import type { Refusal } from "./refusal.ts";

/** A body, whole or cut at its limit; or why there is none. `closed`: we were the one who did not read. */
export type Body<Owner extends string> =
  | { readonly bytes: BoundedBody["bytes"]; readonly end: "whole" | "large" }
  | Refusal<HttpCode<Owner>>
  | "closed";

/** What a body is read with. */
export interface BodyTools extends Pick<AdapterTools<never, never>, "world" | "report"> {
  readonly config: { readonly bodyMsMax: number };
}

/** Reads the body of a request, until `stopped`; an empty one is refused. */
export async function readBody<const Owner extends string>(
  owner: Owner,
  { body }: Request,
  bytesMax: number,
  { memory, stopped }: { readonly memory: Reading; readonly stopped: AbortSignal },
  { config: { bodyMsMax }, world, report }: BodyTools,
): Promise<Body<Owner>> {
  const reading = new AbortController();
  const stop = () => reading.abort();
  stopped.addEventListener("abort", stop, { once: true });
  const forget = world.clock.after(bodyMsMax, stop);
  try {
    const { bytes, end } = await readBounded(body, bytesMax, reading.signal, memory);
    if (end === "whole" && bytes.length === 0) return { status: 400, code: `${owner}_BODY_EMPTY` };
    if (end === "whole" || end === "large") return { bytes, end };
    // The client did nothing wrong where we were the one who did not read.
    if (end === "waiting" || stopped.aborted) return "closed";
    return { status: 408, code: `${owner}_BODY_LATE`, facts: { bodyMsMax } };
  } catch {
    // The client is gone: nobody will read this answer, and nothing was handed over.
    report({ name: "bodyBroken" });
    return { status: 400, code: `${owner}_BODY_BROKEN` };
  } finally {
    forget();
    stopped.removeEventListener("abort", stop);
  }
}
