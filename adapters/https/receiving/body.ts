import { readBounded } from "../../_kit/http/bounded_body.ts";
import type { Tools } from "../_listener_spec.ts";
import { compareDigest } from "./content_digest.ts";
import type { Refusal } from "./refusal.ts";

/** A body, whole or cut at its limit; or why there is none. `closed`: we were the one who did not read. */
export type Body = { readonly bytes: Uint8Array; readonly end: "whole" | "large" } | Refusal | "closed";

/** Reads the body of a request, until `stopped`, and compares it with the `Content-Digest` it came with. */
export async function readBody(
  request: Request,
  bytesMax: number,
  stopped: AbortSignal,
  { config: { bodyMsMax }, world, intake, report }: Tools,
): Promise<Body> {
  using memory = intake.reading();
  const reading = new AbortController();
  const stop = () => reading.abort();
  stopped.addEventListener("abort", stop, { once: true });
  const forget = world.clock.after(bodyMsMax, stop);
  try {
    const { bytes, end } = await readBounded(request.body, bytesMax, reading.signal, memory);
    if (end === "large") return { bytes, end };
    if (end === "whole") return unlike(request, bytes) ?? { bytes, end };
    // The client did nothing wrong where we were the one who did not read.
    if (end === "waiting" || stopped.aborted) return "closed";
    return { status: 408, code: "HTTPS_BODY_LATE", facts: { bodyMsMax } };
  } catch {
    // The client is gone: nobody will read this answer, and nothing was handed over.
    report({ name: "bodyBroken" });
    return { status: 400, code: "HTTPS_BODY_BROKEN" };
  } finally {
    forget();
    stopped.removeEventListener("abort", stop);
  }
}

function unlike({ headers }: Request, bytes: Uint8Array): Refusal | undefined {
  if (bytes.length === 0) return { status: 400, code: "HTTPS_BODY_EMPTY" };
  const digest = headers.get("content-digest");
  switch (digest === null ? "right" : compareDigest(digest, bytes)) {
    case "wrong":
      return { status: 400, code: "HTTPS_DIGEST_WRONG" };
    case "unreadable":
      return {
        status: 400,
        code: "HTTPS_DIGEST_UNREADABLE",
        headers: { "want-content-digest": "sha-256=10, sha-512=5" },
      };
  }
}
