/**
 * Writes the test vectors of the `hpke` envelope: `deno run -A tools/hpke_vectors.ts && deno fmt docs/vectors`. Every run
 * makes the same bytes. What
 * the file says, and how it is read: docs/envelope.md.
 */
import { toBase64Url } from "../actors/envelopes/_kit/bytes.ts";
import { readHeaderLength } from "../actors/envelopes/hpke/header.ts";
import { type Cast, makeCast, type VectorGateway } from "./_vector_gateways.ts";
import { type ReceiptVector, receiptVectors, type SentVector } from "./_vector_receipts.ts";
import { type Refusal, refusedEnvelopes } from "./_vector_refusals.ts";
import {
  patternOf,
  publicPartOf,
  type Recipe,
  SEALED_AT_MS,
  type SealedVector,
  sealVector,
  sha256Hex,
  written,
} from "./_vector_sealing.ts";

/** Where they are written. */
export const VECTORS_FILE = new URL("../docs/vectors/hpke.json", import.meta.url);
/** Envelopes up to this are in the file; longer ones are made from what is. */
const ENVELOPE_BYTES_MAX = 8_000;

/** An envelope that opens. */
export interface OpeningVector {
  readonly name: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Length of the payload, which is a pattern. */
  readonly payloadBytes: number;
  readonly payloadSha256: string;
  readonly contentKey: string;
  readonly salt: string;
  readonly sharedSecrets: Readonly<Record<string, string>>;
  readonly header: string;
  readonly statement: string;
  readonly envelopeBytes: number;
  readonly envelopeSha256: string;
  readonly envelope?: string;
}

/** A key of the vectors, as base64url. */
export interface WrittenKey {
  readonly kid: string;
  readonly alg: string;
  readonly private: string;
  readonly public: string;
}

/** The file. */
export interface Vectors {
  readonly format: "mitral-hpke-vectors";
  readonly version: 1;
  readonly nowMs: number;
  readonly gateways: Readonly<
    Record<string, { readonly signing: WrittenKey; readonly encryption: WrittenKey; readonly known: boolean }>
  >;
  readonly opens: readonly OpeningVector[];
  readonly refused: readonly Refusal[];
  readonly receipts: readonly ReceiptVector[];
}

/** Makes them. */
export async function makeVectors(): Promise<Vectors> {
  const cast = makeCast();
  const made = await Promise.all(
    recipesOf(cast).map(async (recipe) => ({ recipe, sealed: await sealVector(recipe) })),
  );
  const sent = ({ recipe, sealed }: { recipe: Recipe; sealed: SealedVector }): SentVector => ({
    name: recipe.name,
    from: recipe.from,
    id: publicPartOf(recipe).id,
    payload: recipe.payload,
    sealed,
  });
  const called = (name: string) => made.find(({ recipe }) => recipe.name === name)!;
  const [small, three] = [called("12 bytes by X-Wing"), called("12 bytes for three")];
  const { envelope } = small.sealed;
  const bases = {
    small: small.recipe.name,
    bodyAt: 10 + readHeaderLength(envelope, (code): never => {
      throw new Error(`Cannot read a vector: ${code}`);
    }),
    end: envelope.length,
    three: three.recipe.name,
    large: "100000 bytes by X-Wing",
  };
  return {
    format: "mitral-hpke-vectors",
    version: 1,
    nowMs: SEALED_AT_MS,
    gateways: Object.fromEntries(
      Object.values(cast).map((gateway: VectorGateway) => [gateway.name, keysOf(gateway, cast)]),
    ),
    opens: made.map(({ recipe, sealed }) => opening(recipe, sealed)),
    refused: await refusedEnvelopes(cast, bases),
    receipts: receiptVectors(cast, sent(small), sent(three)),
  };
}

function recipesOf({ hospital, lab, registry, clinic }: Cast): readonly Recipe[] {
  const suites = [["X-Wing", hospital, lab], ["P-256", registry, clinic]] as const;
  return [
    ...suites.flatMap(([suite, from, to]) =>
      [0, 1, 12, 16_383, 16_384, 16_385, 100_000].map((bytes): Recipe => ({
        name: `${bytes} bytes by ${suite}`,
        from,
        to: [to],
        payload: patternOf(bytes),
      }))
    ),
    { name: "12 bytes for three", from: hospital, to: [lab, registry, clinic], payload: patternOf(12) },
    {
      name: "12 bytes for three, by ECDSA",
      from: registry,
      to: [clinic, hospital, lab],
      payload: patternOf(12),
    },
    {
      name: "100000 bytes for three",
      from: hospital,
      to: [clinic, lab, registry],
      payload: patternOf(100_000),
    },
  ];
}

function opening({ name, from, to, payload }: Recipe, sealed: SealedVector): OpeningVector {
  const { envelope, header, statement, contentKey, salt, sharedSecrets } = sealed;
  return {
    name,
    from: from.name,
    to: to.map((gateway) => gateway.name),
    payloadBytes: payload.length,
    payloadSha256: sha256Hex(payload),
    contentKey: toBase64Url(contentKey),
    salt: toBase64Url(salt),
    sharedSecrets: written(sharedSecrets),
    header,
    statement,
    envelopeBytes: envelope.length,
    envelopeSha256: sha256Hex(envelope),
    ...(envelope.length <= ENVELOPE_BYTES_MAX ? { envelope: toBase64Url(envelope) } : {}),
  };
}

function keysOf(gateway: VectorGateway, { stranger }: Cast) {
  const [signing, encryption] = [gateway.signing, gateway.encryption].map((key): WrittenKey => ({
    kid: key.kid,
    alg: key.alg,
    private: toBase64Url(key.private),
    public: toBase64Url(key.public),
  }));
  return { signing, encryption, known: gateway !== stranger };
}

if (import.meta.main) {
  await Deno.mkdir(new URL(".", VECTORS_FILE), { recursive: true });
  await Deno.writeTextFile(VECTORS_FILE, `${JSON.stringify(await makeVectors(), null, 2)}\n`);
}
