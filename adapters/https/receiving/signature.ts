/** Requests that are signed: HTTP Message Signatures (RFC 9421) with hmac-sha256, as far as a request needs them. */
import { Buffer } from "node:buffer";
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** A signature of a request, and what it says of itself. */
export interface RequestSignature {
  /** What it covers, in order: names of headers in lower case, and of derived components, with their `@`. */
  readonly components: readonly string[];
  /** Whose key it was made with, as the client calls it. */
  readonly keyId?: string;
  /** When it was made, in seconds since 1970-01-01T00:00Z. */
  readonly createdAt: number;
  /** Until when it counts, in seconds since 1970-01-01T00:00Z. */
  readonly expiresAt?: number;
  readonly bytes: Uint8Array;
  /** The component list with its parameters, as they stand in the header: the last line of what is signed. */
  readonly params: string;
}

/** Signatures of one request that are looked at. */
const SIGNATURES_MAX = 4;

const LABEL = String.raw`[a-z*][a-z0-9_.*-]*`;
const TEXT = String.raw`"(?:[ !#-\[\]-~]|\\["\\])*"`;
const COMPONENT = String.raw`"@?[a-z0-9_-]+"`;
const LIST = String.raw`\((?:${COMPONENT}(?: ${COMPONENT})*)?\)`;
const MEMBER = new RegExp(
  String.raw`(${LABEL})=(${LIST})((?:;${LABEL}=(?:-?\d{1,15}|${TEXT}))*)(?:\s*,\s*(?=\S)|\s*$)`,
  "y",
);
const PARAM = new RegExp(String.raw`;(${LABEL})=(?:(-?\d{1,15})|(${TEXT}))`, "g");

/**
 * The signatures of a request; `undefined` where its headers are not written as RFC 9421 has them, or more is in them than
 * is read here: parameters of components, more than four signatures, none with this algorithm and a time.
 */
export function signaturesOf(headers: Headers): readonly RequestSignature[] | undefined {
  const input = headers.get("signature-input") ?? "";
  const bytesBy = signatureBytes(headers.get("signature") ?? "");
  const signatures: RequestSignature[] = [];
  for (MEMBER.lastIndex = 0; MEMBER.lastIndex < input.length;) {
    const member = MEMBER.exec(input);
    if (!member || signatures.length === SIGNATURES_MAX) return undefined;
    const [, label, list, params] = member;
    const bytes = bytesBy.get(label);
    const said = new Map(
      [...params.matchAll(PARAM)].map((
        [, name, number, text],
      ) => [name, number ? Number(number) : unquoted(text)]),
    );
    const [createdAt, expiresAt, keyId] = ["created", "expires", "keyid"].map((name) => said.get(name));
    if (!bytes || typeof createdAt !== "number" || (said.get("alg") ?? "hmac-sha256") !== "hmac-sha256") {
      continue;
    }
    // A time that is none must not count as none.
    if (typeof expiresAt === "string") continue;
    signatures.push({
      components: [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name),
      ...(keyId === undefined ? {} : { keyId: String(keyId) }),
      createdAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      bytes,
      params: list + params,
    });
  }
  return signatures.length > 0 ? signatures : undefined;
}

/** What is signed (RFC 9421 section 2.5); `undefined` where a component is covered that the request does not have. */
export function signatureBase(
  request: Request,
  { components, params }: RequestSignature,
): string | undefined {
  const lines: string[] = [];
  for (const name of components) {
    const value = name.startsWith("@") ? derived(name, request) : request.headers.get(name)?.trim();
    if (value === undefined) return undefined;
    lines.push(`"${name}": ${value}`);
  }
  return [...lines, `"@signature-params": ${params}`].join("\n");
}

/**
 * What a signature leaves open of a request that it must cover: the method, where it goes, and all by which its message is
 * known and read. `undefined` where it covers enough.
 */
export function missingIn({ components }: RequestSignature, request: Request): string | undefined {
  const covers = (name: string) => components.includes(name);
  if (!covers("@method")) return "@method";
  if (!covers("@target-uri") && !(covers("@authority") && covers("@path"))) {
    return "@target-uri, nor @authority and @path";
  }
  if (request.body && !covers("content-digest")) return "content-digest";
  return ["content-type", "idempotency-key"].find((name) => request.headers.has(name) && !covers(name));
}

/** True where a signature is by this key. */
export function isBy(key: KeyObject, base: string, { bytes }: RequestSignature): boolean {
  const right = createHmac("sha256", key).update(base).digest();
  return bytes.length === right.length && timingSafeEqual(bytes, right);
}

function derived(name: string, { method, url }: Request): string | undefined {
  const { protocol, host, pathname, search } = new URL(url);
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return url;
    case "@scheme":
      return protocol.slice(0, -1);
    case "@authority":
      return host;
    case "@request-target":
      return pathname + search;
    case "@path":
      return pathname;
    case "@query":
      return search === "" ? "?" : search;
  }
}

/** Byte sequences by label, as RFC 8941 section 3.3.5 writes them. */
function signatureBytes(header: string): ReadonlyMap<string, Uint8Array> {
  const member = new RegExp(String.raw`^\s*(${LABEL})=:([A-Za-z0-9+/]+={0,2}):\s*$`);
  return new Map(
    header.split(",").map((text) => member.exec(text)).filter((parts) => parts !== null)
      .map(([, label, base64]) => [label, new Uint8Array(Buffer.from(base64, "base64"))]),
  );
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}
