import type { Address, PublicKey, Statement } from "../../../runtime/contract/envelope.ts";
import { concat, fromBase64Url, readU32be, textOf, toBase64Url, u32be, utf8 } from "./_bytes.ts";
import { canonical, isObject, readCanonicalObject, type Unchecked } from "./_json.ts";
import type { HpkeFail } from "./errors.ts";
import { HEADER_BYTES_MAX, RECIPIENTS_MAX, TEXT_CHARACTERS_MAX } from "./limits.ts";

/** First bytes of every envelope. The digit is the layout's version. */
const MAGIC = utf8("SEAL1\n");
/** How the body is sealed: see `chunked_body.ts`. */
const BODY = "Cobblestone-256";
/** How the content key is wrapped: see `content_key.ts`. */
const WRAP = "HPKE-MLKEM768-X25519-SHA256-A256GCM";
const [ENCAPSULATED_BYTES, WRAPPED_BYTES] = [1120, 48];

/** One addressee: its gateway and which of its keys. */
export interface Addressee {
  readonly gw: string;
  readonly kid: string;
}

/** What everybody may see and the sender signs: the header without key material. Times are milliseconds. */
export interface PublicPart {
  readonly v: 1;
  readonly id: string;
  readonly from: string;
  readonly ch: string;
  readonly ep: number;
  readonly seq: number;
  readonly iat: number;
  readonly exp: number;
  readonly cty: string;
  readonly to: readonly Addressee[];
}

/** The content key, wrapped for one addressee. */
export interface Wrap extends Addressee {
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

/** The public part of a statement. Fails by HPKE_STATEMENT_INVALID, HPKE_RECIPIENTS_INVALID. */
export function publicPartOf(
  statement: Statement,
  keys: readonly Pick<PublicKey, "gateway" | "keyId">[],
  fail: HpkeFail,
): PublicPart {
  const pub: PublicPart = {
    v: 1,
    id: statement.id,
    from: statement.from,
    ch: statement.channel,
    ep: statement.epoch,
    seq: statement.sequence,
    iat: statement.issuedAtMs,
    exp: statement.expiresAtMs,
    cty: statement.contentType,
    to: keys.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId })),
  };
  const { to, ...rest } = pub;
  const field = wrongField(rest);
  if (field !== undefined) fail("HPKE_STATEMENT_INVALID", { field });
  if (!areAddressees(to)) {
    fail("HPKE_RECIPIENTS_INVALID", { recipients: to.length, recipientsMax: RECIPIENTS_MAX });
  }
  return pub;
}

/** The statement a public part stands for. */
export function statementOf(pub: PublicPart): Statement {
  return {
    id: pub.id,
    from: pub.from,
    channel: pub.ch,
    epoch: pub.ep,
    sequence: pub.seq,
    issuedAtMs: pub.iat,
    expiresAtMs: pub.exp,
    contentType: pub.cty,
  };
}

/** The header as bytes. */
export function encodeHeader(
  { to: _, ...rest }: PublicPart,
  wraps: readonly Wrap[],
): Uint8Array<ArrayBuffer> {
  const rcpt = wraps.map(({ gw, kid, encapsulated, wrapped }) => ({
    gw,
    kid,
    alg: WRAP,
    enc: toBase64Url(encapsulated),
    ek: toBase64Url(wrapped),
  }));
  return utf8(canonical({ ...rest, enc: BODY, rcpt }));
}

/** Puts what stands before the body in front of a header. */
export function frameHeader(header: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(MAGIC, u32be(header.length), header);
}

/** What stands outside; `undefined` where it cannot be read. */
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

/**
 * Takes an envelope apart. Fails by HPKE_ENVELOPE_INVALID, HPKE_ENVELOPE_TRUNCATED, HPKE_VERSION_UNSUPPORTED,
 * HPKE_HEADER_INVALID.
 */
export function readParts(sealed: Uint8Array, fail: HpkeFail): Parts {
  const cut = () => fail("HPKE_ENVELOPE_TRUNCATED", { bytes: sealed.length });
  checkMagic(sealed, fail, cut);
  const length = readU32be(sealed, MAGIC.length) ?? cut();
  if (length > HEADER_BYTES_MAX) fail("HPKE_HEADER_INVALID", { field: "length" });
  const start = MAGIC.length + 4;
  if (sealed.length < start + length) cut();
  const header = sealed.subarray(start, start + length);
  const read = readCanonicalObject(textOf(header) ?? "") ?? fail("HPKE_HEADER_INVALID", { field: "JSON" });
  return { ...readHeader(read, fail), header, body: sealed.subarray(start + length) };
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
  if (alg !== WRAP) fail("HPKE_VERSION_UNSUPPORTED", { field: "alg" });
  const [encapsulated, wrapped] = [fromBase64Url(enc), fromBase64Url(ek)];
  if (encapsulated?.length !== ENCAPSULATED_BYTES || wrapped?.length !== WRAPPED_BYTES) return refuse();
  return { gw, kid, encapsulated, wrapped };
}

/** What each field beside `to` must be. One table for both directions: nothing is sealed that would not open. */
const FIELDS: Readonly<Record<Exclude<keyof PublicPart, "to">, (value: unknown) => boolean>> = {
  v: (value) => value === 1,
  id: isName,
  from: isName,
  ch: isName,
  ep: isCount,
  seq: isCount,
  iat: isCount,
  exp: isCount,
  cty: isName,
};

/** Name of the first field that is not as it must be; a name nobody knows is reported as `names`. */
function wrongField(rest: Unchecked): string | undefined {
  const wrong = Object.entries(FIELDS).find(([name, isRight]) => !isRight(rest[name]));
  if (wrong) return wrong[0];
  if (Object.keys(rest).some((name) => !Object.hasOwn(FIELDS, name))) return "names";
  return (rest.exp as number) <= (rest.iat as number) ? "exp" : undefined;
}

function areAddressees(to: readonly Addressee[]): boolean {
  const distinct = new Set(to.map(({ gw, kid }) => JSON.stringify([gw, kid])));
  return to.length > 0 && to.length <= RECIPIENTS_MAX && distinct.size === to.length &&
    to.every(({ gw, kid }) => isName(gw) && isName(kid));
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= TEXT_CHARACTERS_MAX &&
    value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
