/** Envelopes that must be refused, with the code they are refused by. */
import { p256 } from "@noble/curves/nist.js";
import { fromBase64Url, toBase64Url, utf8 } from "../actors/envelopes/_kit/bytes.ts";
import type { HpkeCode } from "../actors/envelopes/hpke/errors.ts";
import type { Profile } from "../actors/envelopes/hpke/suites.ts";
import type { Cast } from "./_vector_gateways.ts";
import { patternOf, type Recipe, SEALED_AT_MS, sealVector, written } from "./_vector_sealing.ts";

/** One change to an envelope of another vector. */
export interface Change {
  /** Recipients of the header that stay, by their place, in this order. The header's length is written anew. */
  readonly recipients?: readonly number[];
  /** A text that the header has once, and what takes its place. The header's length is written anew. */
  readonly header?: { readonly replace: string; readonly by: string };
  /** Sealed chunks of the body that stay, by their place, in this order. */
  readonly chunks?: readonly number[];
  /** Bytes from `at` on that are taken out, all of them where there are fewer, and base64url of what is put there. */
  readonly bytes?: { readonly at: number; readonly remove: number; readonly insert?: string };
  /** The place of a byte whose lowest bit is turned. */
  readonly flip?: number;
}

/** An envelope that must be refused. */
export interface Refusal {
  readonly name: string;
  /** The vector that is changed, where there is no envelope of its own. */
  readonly of?: string;
  readonly change?: Change;
  readonly envelope?: string;
  /** What the KEM shares with each recipient of such an envelope. */
  readonly sharedSecrets?: Readonly<Record<string, string>>;
  readonly opener: string;
  readonly nowMs?: number;
  readonly profile?: Profile;
  readonly fails: HpkeCode;
  readonly field?: string;
}

/** Names of vectors that open, and where the first one's body begins and ends. */
export interface Bases {
  /** From the hospital for the lab: one chunk. */
  readonly small: string;
  readonly bodyAt: number;
  readonly end: number;
  /** For the lab, the registry and the clinic. */
  readonly three: string;
  /** Seven chunks. */
  readonly large: string;
}

type Row = readonly [name: string, change: Change, fails: HpkeCode, field?: string];

const MINUTE_MS = 60_000;
const ALL = 2 ** 31;

/** Every class of tampering. */
export async function refusedEnvelopes(cast: Cast, bases: Bases): Promise<readonly Refusal[]> {
  const { hospital, lab, clinic } = cast;
  const changed = (of: string, opener: string, rows: readonly Row[]) =>
    rows.map(([name, change, fails, field]): Refusal => ({
      name,
      of,
      change,
      opener,
      fails,
      ...fieldOf(field),
    }));
  const { small, three, large } = bases;
  return [
    ...changed(small, lab.name, [...layoutRows(bases), ...headerRows(lab.encryption.kid)]),
    ...changed(small, lab.name, bodyRows(bases)),
    ...changed(three, clinic.name, [
      ["the first recipient stripped", { recipients: [1, 2] }, "HPKE_WRAP_ALTERED"],
      ["recipients in another order", { recipients: [1, 0, 2] }, "HPKE_WRAP_ALTERED"],
    ]),
    ...changed(large, lab.name, [
      ["two chunks swapped", { chunks: [1, 0, 2, 3, 4, 5, 6] }, "HPKE_BODY_ALTERED"],
      ["the first chunk dropped", { chunks: [1, 2, 3, 4, 5, 6] }, "HPKE_BODY_ALTERED"],
      ["a chunk repeated", { chunks: [0, 1, 1, 2, 3, 4, 5, 6] }, "HPKE_BODY_ALTERED"],
      ["the last chunk dropped", { chunks: [0, 1, 2, 3, 4, 5] }, "HPKE_ENVELOPE_TRUNCATED"],
      ["all chunks dropped", { chunks: [] }, "HPKE_ENVELOPE_TRUNCATED"],
    ]),
    { name: "for somebody else", of: small, opener: clinic.name, fails: "HPKE_RECIPIENT_MISSING" },
    {
      name: "expired",
      of: small,
      opener: lab.name,
      nowMs: SEALED_AT_MS + 65 * MINUTE_MS + 1,
      fails: "HPKE_ENVELOPE_EXPIRED",
    },
    {
      name: "from the future",
      of: small,
      opener: lab.name,
      nowMs: SEALED_AT_MS - 5 * MINUTE_MS - 1,
      fails: "HPKE_ENVELOPE_POSTDATED",
    },
    {
      name: "another recipient's key by X-Wing, under the profile nist",
      of: three,
      opener: clinic.name,
      profile: "nist",
      fails: "HPKE_ALGORITHM_UNAPPROVED",
    },
    ...await sealed(lab.name, wrongSignatures(cast)),
    ...await sealed(clinic.name, wrongNistSignatures(cast)),
    ...await sealed(lab.name, wrongStatements(cast)),
    ...await sealed(clinic.name, [{
      name: "signed with Ed25519, under the profile nist",
      from: hospital,
      to: [clinic],
      profile: "nist",
      fails: "HPKE_ALGORITHM_UNAPPROVED",
    }]),
  ];
}

function layoutRows({ bodyAt, end }: Bases): readonly Row[] {
  const cutAt = (at: number): Change => ({ bytes: { at, remove: ALL } });
  const put = (at: number, byte: number): Change => ({
    bytes: { at, remove: 1, insert: toBase64Url(Uint8Array.of(byte)) },
  });
  return [
    ["nothing at all", cutAt(0), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut in the magic", cutAt(3), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut in the header's length", cutAt(8), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut in the header", cutAt(500), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut in the commitment", cutAt(bodyAt + 30), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut before the first chunk", cutAt(bodyAt + 56), "HPKE_ENVELOPE_TRUNCATED"],
    ["cut in the last chunk", cutAt(end - 1), "HPKE_BODY_ALTERED"],
    ["another magic", { flip: 0 }, "HPKE_ENVELOPE_INVALID"],
    ["another layout", put(4, 0x32), "HPKE_VERSION_UNSUPPORTED", "layout"],
    ["a header of 2 GB", put(6, 0x7f), "HPKE_HEADER_INVALID", "length"],
  ];
}

function headerRows(keyId: string): readonly Row[] {
  const swap = (replace: string, by: string): Change => ({ header: { replace, by } });
  const [ch, cty] = ['"ch":"lab-results"', '"cty":"x-application/hl7-v2+er7"'];
  return [
    ["a blank in the header", swap('"v":1', '"v": 1'), "HPKE_HEADER_INVALID", "JSON"],
    ["a number with an exponent", swap('"ep":1,', '"ep":1e0,'), "HPKE_HEADER_INVALID", "JSON"],
    ["a name twice", swap('"v":1', '"v":1,"v":1'), "HPKE_HEADER_INVALID", "JSON"],
    ["names in another order", swap(`${ch},${cty}`, `${cty},${ch}`), "HPKE_HEADER_INVALID", "JSON"],
    ["another version", swap('"v":1', '"v":2'), "HPKE_VERSION_UNSUPPORTED", "v"],
    ["another body", swap("Cobblestone-256", "Cobblestone-512"), "HPKE_VERSION_UNSUPPORTED", "enc"],
    ["another suite", swap("X25519-SHA256", "X448-SHA256"), "HPKE_VERSION_UNSUPPORTED", "alg"],
    ["the other suite's name", swap("X25519-SHA256", "P256-SHA256"), "HPKE_HEADER_INVALID", "rcpt"],
    ["a field too many", swap('"v":1', '"v":1,"w":1'), "HPKE_HEADER_INVALID", "names"],
    ["a field missing", swap('"seq":42,', ""), "HPKE_HEADER_INVALID", "seq"],
    ["an empty text", swap(ch, '"ch":""'), "HPKE_HEADER_INVALID", "ch"],
    ["a control character", swap(ch, '"ch":"lab\\nresults"'), "HPKE_HEADER_INVALID", "ch"],
    ["a fraction", swap('"seq":42', '"seq":4.2'), "HPKE_HEADER_INVALID", "seq"],
    ["a number above 2^53 - 1", swap('"seq":42', '"seq":9007199254740992'), "HPKE_HEADER_INVALID", "seq"],
    ["an end before its beginning", swap('"exp":1', '"exp":'), "HPKE_HEADER_INVALID", "exp"],
    ["no recipients", { recipients: [] }, "HPKE_HEADER_INVALID", "rcpt"],
    ["a recipient twice", { recipients: [0, 0] }, "HPKE_HEADER_INVALID", "rcpt"],
    ["for a key nobody has", swap(keyId, "0123456789abcdef"), "HPKE_KEY_UNKNOWN"],
    ["another id", swap('"id":"vector-', '"id":"victor-'), "HPKE_WRAP_ALTERED"],
    ["another feed", swap(ch, '"ch":"lab-orders"'), "HPKE_WRAP_ALTERED"],
    ["another sender", swap('"from":"hospital', '"from":"clinic'), "HPKE_WRAP_ALTERED"],
    ["a later end", swap('"exp":1', '"exp":2'), "HPKE_WRAP_ALTERED"],
  ];
}

function bodyRows({ bodyAt, end }: Bases): readonly Row[] {
  return [
    ["another salt", { flip: bodyAt }, "HPKE_BODY_ALTERED"],
    ["another commitment", { flip: bodyAt + 24 }, "HPKE_BODY_ALTERED"],
    ["another first byte inside", { flip: bodyAt + 56 }, "HPKE_BODY_ALTERED"],
    ["another tag", { flip: end - 1 }, "HPKE_BODY_ALTERED"],
    ["a byte more", { bytes: { at: end, remove: 0, insert: "AA" } }, "HPKE_BODY_ALTERED"],
  ];
}

/** What is sealed as it should be around something that is not. */
type Wrong =
  & Omit<Recipe, "payload">
  & Pick<Refusal, "fails" | "field" | "profile">;

function wrongSignatures({ hospital: from, lab, clinic, stranger }: Cast): readonly Wrong[] {
  const made = { from, to: [lab] };
  const [invalid, unsupported] = [
    { fails: "HPKE_SIGNATURE_INVALID" },
    { fails: "HPKE_VERSION_UNSUPPORTED", field: "signature" },
  ] as const;
  const { kid } = from.signing;
  return [
    { name: "from a stranger", from: stranger, to: [lab], fails: "HPKE_SIGNER_UNKNOWN" },
    { ...made, name: "signed by a stranger", signer: stranger.signing, fails: "HPKE_SIGNER_UNKNOWN" },
    { ...made, name: "signed by another partner", signer: clinic.signing, fails: "HPKE_SIGNER_UNKNOWN" },
    {
      ...made,
      name: "signed under another's key id",
      signer: stranger.signing,
      jwsHeader: { kid },
      ...invalid,
    },
    { ...made, name: "a receipt as a statement", jwsHeader: { typ: "seal-rcpt+jws" }, ...invalid },
    { ...made, name: "a critical header", jwsHeader: { crit: ["b64"], b64: false }, ...invalid },
    { ...made, name: "no signature by name", jwsHeader: { alg: "none" }, ...unsupported },
    { ...made, name: "a signature of the future", jwsHeader: { alg: "ML-DSA-65" }, ...unsupported },
    { ...made, name: "Ed25519 by the name of ECDSA", jwsHeader: { alg: "ES256" }, ...invalid },
    { ...made, name: "no statement", statement: () => "", ...invalid },
    { ...made, name: "a statement longer than all", statementBytes: 5_000, ...invalid },
    { ...made, name: "a statement of 2 GB", statementBytes: 0x7fff_ffff, ...invalid },
    {
      ...made,
      name: "another signature",
      statement: (jws) => withSignature(jws, (bytes) => (bytes[0] ^= 1, bytes)),
      ...invalid,
    },
  ];
}

function wrongNistSignatures({ registry: from, clinic }: Cast): readonly Wrong[] {
  const made = { from, to: [clinic], fails: "HPKE_SIGNATURE_INVALID" } as const;
  const inDer = (bytes: Uint8Array) => p256.Signature.fromBytes(bytes).toBytes("der");
  return [
    { ...made, name: "ECDSA by the name of Ed25519", jwsHeader: { alg: "EdDSA" } },
    { ...made, name: "ECDSA in DER", statement: (jws) => withSignature(jws, inDer) },
    { ...made, name: "ECDSA of zeros", statement: (jws) => withSignature(jws, () => new Uint8Array(64)) },
  ];
}

function wrongStatements({ hospital: from, lab, clinic }: Cast): readonly Wrong[] {
  const { name: gw, encryption: { kid } } = clinic;
  const claims: Readonly<Record<string, unknown>> = {
    id: "another",
    from: clinic.name,
    ch: "lab-orders",
    ep: 2,
    seq: 43,
    iat: SEALED_AT_MS - 1,
    exp: SEALED_AT_MS + 1,
    cty: "text/plain",
    to: [{ gw, kid }],
    size: 13,
    sha256: "0".repeat(64),
  };
  return [
    ...Object.entries(claims).map(([field, value]): Wrong => ({
      name: field === "to" ? "forwarded by its addressee" : `another ${field} signed`,
      from,
      to: [lab],
      claims: { [field]: value },
      fails: "HPKE_STATEMENT_MISMATCHED",
      field,
    })),
    {
      name: "more signed than there is",
      from,
      to: [lab],
      claims: { w: 1 },
      fails: "HPKE_STATEMENT_MISMATCHED",
      field: "names",
    },
  ];
}

function withSignature(jws: string, change: (bytes: Uint8Array) => Uint8Array): string {
  const [header, payload, signature] = jws.split(".");
  const bytes = fromBase64Url(signature) ?? utf8("");
  return [header, payload, toBase64Url(change(bytes))].join(".");
}

async function sealed(opener: string, wrongs: readonly Wrong[]): Promise<readonly Refusal[]> {
  return await Promise.all(wrongs.map(async ({ fails, field, profile, ...recipe }): Promise<Refusal> => {
    const { envelope, sharedSecrets } = await sealVector({ ...recipe, payload: patternOf(12) });
    return {
      name: recipe.name,
      envelope: toBase64Url(envelope),
      sharedSecrets: written(sharedSecrets),
      opener,
      ...(profile ? { profile } : {}),
      fails,
      ...fieldOf(field),
    };
  }));
}

function fieldOf(field: string | undefined): { readonly field?: string } {
  return field === undefined ? {} : { field };
}
