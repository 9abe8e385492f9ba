import type { Address } from "../../../runtime/contract/envelope.ts";
import { concat, fromBase64Url, readU32be, textOf, toBase64Url, u32be, utf8 } from "../_kit/bytes.ts";
import { canonical, isObject, readCanonicalObject, type Unchecked } from "../_kit/json.ts";
import { type Addressee, areAddressees, isName, type PublicPart, wrongField } from "../_kit/public_part.ts";
import type { HpkeFail } from "./errors.ts";
import { HEADER_BYTES_MAX } from "./limits.ts";
import { type Suite, suiteNamed } from "./suites.ts";

/** First bytes of every envelope. The digit is the layout's version. */
const MAGIC = utf8("SEAL1\n");
/** How the body is sealed: see `chunked_body.ts`. */
const BODY = "Cobblestone-256";
/** A content key of 32 bytes and its tag. */
const WRAPPED_BYTES = 48;
/** Before the header: the magic and its length. */
export const FRONT_BYTES = MAGIC.length + 4;

/** The content key, wrapped for one addressee. */
export interface Wrap extends Addressee {
  readonly suite: Suite;
  readonly encapsulated: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** An envelope taken apart. Nothing in it is verified. */
export interface Parts {
  readonly pub: PublicPart;
  readonly wraps: readonly Wrap[];
  /** As it came: its hash is what the body is bound to. */
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

/** The header as bytes. */
export function encodeHeader(
  { to: _, ...rest }: PublicPart,
  wraps: readonly Wrap[],
): Uint8Array<ArrayBuffer> {
  const rcpt = wraps.map(({ gw, kid, suite, encapsulated, wrapped }) => ({
    gw,
    kid,
    alg: suite.alg,
    enc: toBase64Url(encapsulated),
    ek: toBase64Url(wrapped),
  }));
  return utf8(canonical({ ...rest, enc: BODY, rcpt }));
}

/** Puts what stands before the body in front of a header. */
export function frameHeader(header: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(MAGIC, u32be(header.length), header);
}

/**
 * Takes an envelope apart. Fails by HPKE_ENVELOPE_INVALID, HPKE_ENVELOPE_TRUNCATED, HPKE_VERSION_UNSUPPORTED,
 * HPKE_HEADER_INVALID.
 */
export function readParts(sealed: Uint8Array, fail: HpkeFail): Parts {
  const end = FRONT_BYTES + readHeaderLength(sealed, fail);
  if (sealed.length < end) fail("HPKE_ENVELOPE_TRUNCATED", { bytes: sealed.length });
  const header = sealed.subarray(FRONT_BYTES, end);
  const read = readCanonicalObject(textOf(header) ?? "") ?? fail("HPKE_HEADER_INVALID", { field: "JSON" });
  return { ...readHeader(read, fail), header, body: sealed.subarray(end) };
}

/** Bytes of the header, from the first {@linkcode FRONT_BYTES}. Fails as {@linkcode readParts} does. */
export function readHeaderLength(sealed: Uint8Array, fail: HpkeFail): number {
  const cut = () => fail("HPKE_ENVELOPE_TRUNCATED", { bytes: sealed.length });
  checkMagic(sealed, fail, cut);
  const length = readU32be(sealed, MAGIC.length) ?? cut();
  return length > HEADER_BYTES_MAX ? fail("HPKE_HEADER_INVALID", { field: "length" }) : length;
}

/** What everybody may see of where an envelope comes from; `undefined` where it is none that can be read. */
export function addressOf(sealed: Uint8Array): Address | undefined {
  try {
    const { pub: { from, ch } } = readParts(sealed, (code) => {
      throw new TypeError(code);
    });
    return { from, channel: ch };
  } catch {
    return undefined;
  }
}

function checkMagic(sealed: Uint8Array, fail: HpkeFail, cut: () => never): void {
  const differs = MAGIC.findIndex((byte, at) => at < sealed.length && sealed[at] !== byte);
  const digit = MAGIC.length - 2;
  const isOtherVersion = differs === digit && sealed.length >= MAGIC.length &&
    sealed[digit + 1] === MAGIC[digit + 1];
  if (isOtherVersion) fail("HPKE_VERSION_UNSUPPORTED", { field: "layout" });
  if (differs >= 0) fail("HPKE_ENVELOPE_INVALID");
  if (sealed.length < MAGIC.length) cut();
}

function readHeader(header: Unchecked, fail: HpkeFail): { pub: PublicPart; wraps: Wrap[] } {
  const { enc, rcpt, ...rest } = header;
  if (rest.v !== 1) fail("HPKE_VERSION_UNSUPPORTED", { field: "v" });
  if (enc !== BODY) fail("HPKE_VERSION_UNSUPPORTED", { field: "enc" });
  const refuse = (field: string) => fail("HPKE_HEADER_INVALID", { field });
  if (!Array.isArray(rcpt)) return refuse("rcpt");
  const wraps = rcpt.map((entry: unknown) => readWrap(entry, fail));
  const to = wraps.map(({ gw, kid }) => ({ gw, kid }));
  if (!areAddressees(to)) refuse("rcpt");
  const field = wrongField(rest);
  if (field !== undefined) refuse(field);
  return { pub: { ...rest, to } as unknown as PublicPart, wraps };
}

function readWrap(entry: unknown, fail: HpkeFail): Wrap {
  const refuse = () => fail("HPKE_HEADER_INVALID", { field: "rcpt" });
  if (!isObject(entry) || Object.keys(entry).length !== 5) return refuse();
  const { gw, kid, alg, enc, ek } = entry;
  if (!isName(gw) || !isName(kid) || typeof enc !== "string" || typeof ek !== "string") return refuse();
  const suite = suiteNamed(alg) ?? fail("HPKE_VERSION_UNSUPPORTED", { field: "alg" });
  const [encapsulated, wrapped] = [fromBase64Url(enc), fromBase64Url(ek)];
  if (encapsulated?.length !== suite.encapsulatedBytes || wrapped?.length !== WRAPPED_BYTES) return refuse();
  return { gw, kid, suite, encapsulated, wrapped };
}
