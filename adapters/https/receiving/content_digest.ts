import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether a body is the one that a `Content-Digest` is of (RFC 9530): `unreadable` where it has neither sha-256 nor
 * sha-512. Where it has both, both must be right.
 */
export function compareDigest(header: string, body: Uint8Array): "right" | "wrong" | "unreadable" {
  let known = 0;
  for (const member of header.split(",")) {
    const parts = /^\s*(sha-256|sha-512)=:([A-Za-z0-9+/]+={0,2}):\s*$/.exec(member);
    if (!parts) continue;
    known++;
    const digest = createHash(parts[1].replace("-", "")).update(body).digest();
    const given = Buffer.from(parts[2], "base64");
    if (given.length !== digest.length || !timingSafeEqual(given, digest)) return "wrong";
  }
  return known > 0 ? "right" : "unreadable";
}
