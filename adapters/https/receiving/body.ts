import { type Body, readBody as read } from "../../_kit/http/body.ts";
import { isRefusal } from "../../_kit/http/refusal.ts";
import type { Tools } from "../_listener_spec.ts";
import { compareDigest } from "./content_digest.ts";
import type { Refusal } from "./refusal.ts";

/** Reads the body of a request, until `stopped`, and compares it with the `Content-Digest` it came with. */
export async function readBody(
  request: Request,
  bytesMax: number,
  stopped: AbortSignal,
  tools: Tools,
): Promise<Body<"HTTPS"> | Refusal> {
  using memory = tools.intake.reading();
  const body = await read("HTTPS", request, bytesMax, { memory, stopped }, tools);
  if (body === "closed" || isRefusal(body) || body.end === "large") return body;
  return unlike(request, body.bytes) ?? body;
}

function unlike({ headers }: Request, bytes: Uint8Array): Refusal | undefined {
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
