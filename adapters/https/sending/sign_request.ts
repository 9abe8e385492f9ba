import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { World } from "../../../runtime/contract/world.ts";
import type { AuthSettings } from "./auth_settings.ts";
import type { Unsigned } from "./unsigned.ts";

/**
 * Signs a request: HTTP Message Signatures (RFC 9421) with hmac-sha256, over its method, where it goes, its body (RFC
 * 9530) and the headers by which its message is known and read. The scheme is not covered, so that a proxy of the
 * receiver's may end TLS. A nonce makes each signature one of its own: whoever takes each once takes every attempt.
 */
export function signRequest(
  { method, url, headers, body }: Unsigned,
  { key, keyId }: NonNullable<AuthSettings["signature"]>,
  { clock, random }: World,
): void {
  headers.set("content-digest", `sha-256=:${createHash("sha256").update(body).digest("base64")}:`);
  const covered: readonly (readonly [name: string, value: string])[] = [
    ["@method", method],
    ["@authority", url.host],
    ["@path", url.pathname],
    ["@query", url.search || "?"],
    ...COVERED.flatMap((name) => headers.has(name) ? [[name, headers.get(name)!] as const] : []),
  ];
  const params = [
    `(${covered.map(([name]) => `"${name}"`).join(" ")})`,
    `created=${Math.floor(clock.nowMs() / 1000)}`,
    `nonce="${Buffer.from(random.bytes(16)).toString("base64url")}"`,
    ...(keyId === undefined ? [] : [`keyid="${keyId}"`]),
    'alg="hmac-sha256"',
  ].join(";");
  const base = [...covered, ["@signature-params", params]].map(([name, value]) => `"${name}": ${value}`);
  const signature = createHmac("sha256", key.reveal()).update(base.join("\n")).digest("base64");
  headers.set("signature-input", `sig1=${params}`);
  headers.set("signature", `sig1=:${signature}:`);
}

const COVERED = ["content-type", "content-digest", "idempotency-key", "mitral-replay"];
