import { createHash, createHmac } from "node:crypto";

/** What a test signs a request with, and what it leaves out or gets wrong. */
export interface Signing {
  readonly key: string;
  readonly keyId?: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly covers?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** The digest of a body, as RFC 9530 has it. */
export function digestOf(body: string): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

/** A request that is signed as the guide says, made without any of our code. */
export function signed(url: string, body: string, signing: Signing): Request {
  const { key, keyId, createdAt, expiresAt, method = "POST" } = signing;
  const headers: Record<string, string> = {
    ...(method === "POST" ? { "content-type": "text/plain", "content-digest": digestOf(body) } : {}),
    ...signing.headers,
  };
  const covers = signing.covers ?? ["@method", "@target-uri", ...Object.keys(headers)];
  const { host, pathname } = new URL(url);
  const derived: Record<string, string> = {
    "@method": method,
    "@target-uri": url,
    "@authority": host,
    "@path": pathname,
  };
  const params = `(${covers.map((name) => `"${name}"`).join(" ")});created=${createdAt}` +
    (expiresAt === undefined ? "" : `;expires=${expiresAt}`) +
    (keyId === undefined ? "" : `;keyid="${keyId}"`) + `;alg="hmac-sha256"`;
  const lines = covers.map((name) => `"${name}": ${derived[name] ?? headers[name]}`);
  const base = [...lines, `"@signature-params": ${params}`].join("\n");
  const signature = createHmac("sha256", key).update(base).digest("base64");
  return new Request(url, {
    method,
    ...(method === "POST" ? { body } : {}),
    headers: { ...headers, "signature-input": `sig1=${params}`, signature: `sig1=:${signature}:` },
  });
}
