/** Receipts: those that say something, and those that must be refused. */
import { toBase64Url, utf8 } from "../actors/envelopes/_kit/bytes.ts";
import { canonical } from "../actors/envelopes/_kit/json.ts";
import type { HpkeCode } from "../actors/envelopes/hpke/errors.ts";
import type { Profile } from "../actors/envelopes/hpke/suites.ts";
import type { Cast, VectorGateway } from "./_vector_gateways.ts";
import { SEALED_AT_MS, type SealedVector, sha256Hex, signJws } from "./_vector_sealing.ts";

/** A receipt as the sender of a vector judges it. */
export interface ReceiptVector {
  readonly name: string;
  /** The vector that was sent. */
  readonly of: string;
  /** The gateway whose receipt it has to be. */
  readonly to: string;
  readonly receipt: string;
  readonly profile?: Profile;
  /** What it says, where it is one. */
  readonly outcome?: "accepted" | "rejected";
  readonly code?: string;
  readonly fails?: HpkeCode;
  readonly field?: string;
}

/** What was sent and is receipted. */
export interface SentVector {
  readonly name: string;
  readonly from: VectorGateway;
  readonly id: string;
  readonly payload: Uint8Array;
  readonly sealed: SealedVector;
}

const TYPE = "seal-rcpt+jws";

/** Receipts for a message from the hospital for the lab, and one for the clinic among others. */
export function receiptVectors(
  { hospital, lab, clinic }: Cast,
  small: SentVector,
  three: SentVector,
): readonly ReceiptVector[] {
  const claims = claimsFor(small, lab);
  const made = { of: small.name, to: lab.name };
  const by = (change: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>) =>
    signJws(lab.signing, TYPE, { ...claims, ...change }, header);
  const good = by({});
  const clinics = signJws(clinic.signing, TYPE, claimsFor(three, clinic));
  const mismatched = { ...made, fails: "HPKE_RECEIPT_MISMATCHED" } as const;
  const invalid = { ...made, fails: "HPKE_RECEIPT_INVALID" } as const;
  const unknown = { ...made, fails: "HPKE_RECEIPT_SIGNER_UNKNOWN" } as const;
  const forged = { ...made, fails: "HPKE_RECEIPT_SIGNATURE_INVALID" } as const;
  const others = {
    by: clinic.name,
    from: lab.name,
    id: "another",
    ch: "lab-orders",
    ep: 2,
    seq: 43,
    sha256: "0".repeat(64),
    v: 2,
  };
  const wrong = { env: "", stmt: 1, st: "perhaps", code: "LAB_CLOSED", rat: 0.5 };
  return [
    { ...made, name: "accepted", receipt: good, outcome: "accepted" },
    {
      ...made,
      name: "rejected",
      receipt: by({ st: "rejected", code: "LAB_ORDER_UNKNOWN" }),
      outcome: "rejected",
      code: "LAB_ORDER_UNKNOWN",
    },
    { ...made, name: "rejected without a code", receipt: by({ st: "rejected" }), outcome: "rejected" },
    {
      ...made,
      name: "of an earlier attempt",
      receipt: by({ env: "0".repeat(64), stmt: "0".repeat(64) }),
      outcome: "accepted",
    },
    { ...made, name: "with a claim more", receipt: by({ more: 1 }), outcome: "accepted" },
    {
      name: "one of three, by ECDSA",
      of: three.name,
      to: clinic.name,
      receipt: clinics,
      outcome: "accepted",
    },
    {
      name: "one of three for another of them",
      of: three.name,
      to: lab.name,
      receipt: clinics,
      fails: "HPKE_RECEIPT_SIGNER_UNKNOWN",
    },
    { ...unknown, name: "by the sender itself", receipt: signJws(hospital.signing, TYPE, claims) },
    {
      ...forged,
      name: "under another's key id",
      receipt: signJws(hospital.signing, TYPE, claims, { kid: lab.signing.kid }),
    },
    { ...forged, name: "by the name of another algorithm", receipt: by({}, { alg: "ES256" }) },
    {
      ...forged,
      name: "other claims under the signature",
      receipt: swapped(good, { ...claims, st: "rejected" }),
    },
    { ...invalid, name: "a signature of the future", receipt: by({}, { alg: "ML-DSA-65" }), field: "alg" },
    { ...invalid, name: "a statement as a receipt", receipt: small.sealed.statement, field: "JWS" },
    { ...invalid, name: "a critical header", receipt: by({}, { crit: ["exp"], exp: 1 }), field: "JWS" },
    { ...invalid, name: "nothing", receipt: "", field: "JWS" },
    { ...invalid, name: "followed by more", receipt: `${good}\n`, field: "JWS" },
    {
      ...made,
      name: "signed with Ed25519, under the profile nist",
      receipt: good,
      profile: "nist",
      fails: "HPKE_RECEIPT_UNAPPROVED",
    },
    ...Object.entries(others).map(([field, value]): ReceiptVector => ({
      ...mismatched,
      name: `another ${field}`,
      receipt: by({ [field]: value }),
      field,
    })),
    ...Object.entries(wrong).map(([field, value]): ReceiptVector => ({
      ...invalid,
      name: `a wrong ${field}`,
      receipt: by({ [field]: value }),
      field,
    })),
  ];
}

function claimsFor({ from, id, payload, sealed }: SentVector, by: VectorGateway) {
  return {
    v: 1,
    by: by.name,
    from: from.name,
    id,
    ch: "lab-results",
    ep: 1,
    seq: 42,
    sha256: sha256Hex(payload),
    env: sha256Hex(sealed.envelope),
    stmt: sha256Hex(utf8(sealed.statement)),
    st: "accepted",
    rat: SEALED_AT_MS + 1_000,
  };
}

function swapped(jws: string, claims: Readonly<Record<string, unknown>>): string {
  const [header, , signature] = jws.split(".");
  return [header, toBase64Url(utf8(canonical(claims))), signature].join(".");
}
