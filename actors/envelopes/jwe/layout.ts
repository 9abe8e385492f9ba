import type { SealingAlgorithm } from "../../../runtime/contract/envelope.ts";
import { fromBase64Url, textOf } from "../_kit/bytes.ts";
import { hasOnly, isObject, isUnambiguous, readObject, type Unchecked } from "../_kit/json.ts";
import { type Addressee, isName, type PublicPart, readAddressees } from "../_kit/public_part.ts";
import type { JweFail } from "./errors.ts";
import { HEADER_BYTES_MAX } from "./limits.ts";

/** How the content key reaches a recipient (RFC 7518 section 4.6), and how the content is sealed (section 5.3). */
export const [KEY_WRAP, CONTENT] = ["ECDH-ES+A256KW", "A256GCM"];
const TYPE = "seal+jwe";
/** What is inside: a message that its sender signed. */
export const PAYLOAD_TYPE = "seal-doc+jws";
const [WRAPPED_BYTES, NONCE_BYTES, TAG_BYTES, COORDINATE_BYTES] = [40, 12, 16, 32];

/** The keys it seals for, the preferred one first. */
export const ALGORITHMS = ["X25519", "P-256"] as const satisfies readonly SealingAlgorithm[];

/** What everybody may see: as much of the public part as carriers need. */
export type Label = Pick<PublicPart, "v" | "from" | "ch" | "to">;

/** What stands in the protected header of either serialization; the compact one has `kid` and `epk` beside it. */
export function protectedHeader({ v, from, ch, to }: PublicPart) {
  return { alg: KEY_WRAP, enc: CONTENT, typ: TYPE, cty: PAYLOAD_TYPE, seal: { v, from, ch, to } };
}

/** The content key as one recipient finds it. */
export interface Wrap {
  readonly kid: string;
  /** Key of one use, as a JWK. */
  readonly epk: Readonly<Record<string, string>>;
  readonly encryptedKey: string;
}

/** An envelope taken apart. Nothing in it is verified. */
export interface Parts {
  readonly label: Label;
  /** For each of the label's addressees, in their order. */
  readonly wraps: readonly Wrap[];
  /** True where `kid` and `epk` are in the protected header. */
  readonly isCompact: boolean;
  readonly protected: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/**
 * Takes an envelope apart: compact (RFC 7516 section 7.1) or general JSON serialization (section 7.2.1). Fails by
 * JWE_ENVELOPE_INVALID, JWE_HEADER_INVALID, JWE_VERSION_UNSUPPORTED.
 */
export function readParts(sealed: Uint8Array, fail: JweFail): Parts {
  const text = textOf(sealed) ?? fail("JWE_ENVELOPE_INVALID");
  return text.startsWith("{") ? readGeneral(text, fail) : readCompact(text, fail);
}

/** The bytes of a part; fails where they are as long as `length` says they are not, or not in their one spelling. */
export function bytesIn(field: string, part: unknown, fail: JweFail, length?: number): Uint8Array {
  const bytes = typeof part === "string" ? fromBase64Url(part) : undefined;
  if (!bytes || length !== undefined && bytes.length !== length) return fail("JWE_HEADER_INVALID", { field });
  return bytes;
}

function readCompact(text: string, fail: JweFail): Parts {
  const parts = text.split(".", 6);
  if (parts.length !== 5) fail("JWE_ENVELOPE_INVALID");
  const [head, encryptedKey, iv, ciphertext, tag] = parts;
  const { kid, epk, ...rest } = readProtected(head, fail);
  const label = readLabel(rest, fail);
  if (label.to.length !== 1) fail("JWE_HEADER_INVALID", { field: "to" });
  const wraps = [readWrap({ kid, epk }, encryptedKey, label.to[0], fail)];
  return { label, wraps, isCompact: true, protected: head, ...readSealed({ iv, ciphertext, tag }, fail) };
}

function readGeneral(text: string, fail: JweFail): Parts {
  const invalid = () => fail("JWE_ENVELOPE_INVALID");
  const jwe = readObject(text) ?? invalid();
  if (!isUnambiguous(text, jwe)) invalid();
  const { protected: head, recipients, iv, ciphertext, tag, ...others } = jwe;
  if (typeof head !== "string" || !Array.isArray(recipients) || Object.keys(others).length > 0) {
    return invalid();
  }
  const label = readLabel(readProtected(head, fail), fail);
  const refuse = () => fail("JWE_HEADER_INVALID", { field: "recipients" });
  if (recipients.length !== label.to.length) refuse();
  const wraps = recipients.map((recipient: unknown, at) => {
    if (!isObject(recipient) || !hasOnly(recipient, ["header", "encrypted_key"])) return refuse();
    const { header, encrypted_key } = recipient;
    return isObject(header) ? readWrap(header, encrypted_key, label.to[at], fail) : refuse();
  });
  return { label, wraps, isCompact: false, protected: head, ...readSealed({ iv, ciphertext, tag }, fail) };
}

function readSealed({ iv, ciphertext, tag }: Unchecked, fail: JweFail) {
  bytesIn("iv", iv, fail, NONCE_BYTES);
  bytesIn("tag", tag, fail, TAG_BYTES);
  if (typeof ciphertext !== "string") fail("JWE_HEADER_INVALID", { field: "ciphertext" });
  return { iv, ciphertext, tag } as {
    readonly iv: string;
    readonly ciphertext: string;
    readonly tag: string;
  };
}

function readProtected(part: string, fail: JweFail): Unchecked {
  const refuse = () => fail("JWE_HEADER_INVALID", { field: "protected" });
  if (part.length > HEADER_BYTES_MAX * 4 / 3) refuse();
  const text = textOf(bytesIn("protected", part, fail)) ?? refuse();
  const header = readObject(text) ?? refuse();
  return isUnambiguous(text, header) ? header : refuse();
}

function readLabel(header: Unchecked, fail: JweFail): Label {
  const expected = { alg: KEY_WRAP, enc: CONTENT, typ: TYPE, cty: PAYLOAD_TYPE };
  for (const [field, value] of Object.entries(expected)) {
    if (header[field] !== value) fail("JWE_VERSION_UNSUPPORTED", { field });
  }
  const refuse = (field: string) => fail("JWE_HEADER_INVALID", { field });
  // Some of them (`crit`, `zip`, `apu`, `jku`) change what is opened, or by which key.
  if (!hasOnly(header, [...Object.keys(expected), "seal"])) refuse("names");
  const { seal } = header;
  if (!isObject(seal)) return refuse("seal");
  const { v, from, ch, to } = seal;
  if (v !== 1) fail("JWE_VERSION_UNSUPPORTED", { field: "v" });
  if (!hasOnly(seal, ["v", "from", "ch", "to"])) refuse("names");
  if (!isName(from)) return refuse("from");
  if (!isName(ch)) return refuse("ch");
  const addressees = readAddressees(to) ?? refuse("to");
  return { v: 1, from, ch, to: addressees };
}

function readWrap(header: Unchecked, encryptedKey: unknown, to: Addressee, fail: JweFail): Wrap {
  const { kid, epk } = header;
  if (!hasOnly(header, ["kid", "epk"]) || kid !== to.kid) fail("JWE_HEADER_INVALID", { field: "kid" });
  bytesIn("encrypted_key", encryptedKey, fail, WRAPPED_BYTES);
  return { kid: to.kid, epk: readEphemeral(epk, fail), encryptedKey: encryptedKey as string };
}

function readEphemeral(epk: unknown, fail: JweFail): Wrap["epk"] {
  const refuse = () => fail("JWE_HEADER_INVALID", { field: "epk" });
  if (!isObject(epk)) return refuse();
  const { kty, crv } = epk;
  const coordinates = kty === "OKP" && crv === "X25519"
    ? ["x"]
    : kty === "EC" && crv === "P-256"
    ? ["x", "y"]
    : refuse();
  if (!hasOnly(epk, ["kty", "crv", ...coordinates])) refuse();
  for (const name of coordinates) bytesIn("epk", epk[name], fail, COORDINATE_BYTES);
  return epk as Wrap["epk"];
}
