/** What the `hpke` envelope is made of, called as the envelope calls it, against vectors that others published. */
import { assert, assertEquals } from "@std/assert";
import {
  AEAD_AES_128_GCM,
  AEAD_AES_256_GCM,
  AEAD_ChaCha20Poly1305,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_ML_KEM_768,
  KEM_MLKEM768_P256,
  KEM_MLKEM768_X25519,
} from "hpke";
import { openBody } from "../../actors/envelopes/hpke/chunked_body.ts";
import { hpkePqVectors, type WycheproofFile, wycheproofFolder } from "./_published_vectors.ts";

const folder = await wycheproofFolder();
const hpkePq = await hpkePqVectors();
const bytes = (hex: string) => Uint8Array.fromHex(hex);

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly result: "valid" | "acceptable" | "invalid";
  readonly flags: readonly string[];
}

/**
 * One test of all vectors in a file: true where what it says came out, `undefined` where it is about something that is not
 * used here. `acceptable` may come out either way.
 */
function wycheproof<G extends { readonly tests: readonly V[] }, V extends Vector>(
  sentence: string,
  file: string,
  comesOut: (vector: V, group: G) => Promise<boolean | undefined>,
  least: number,
): void {
  Deno.test({
    name: `${sentence} as Wycheproof has it`,
    ignore: folder === undefined,
    async fn() {
      const { testGroups }: WycheproofFile<G> = JSON.parse(
        await Deno.readTextFile(`${folder}/${file}_test.json`),
      );
      let tried = 0;
      for (const group of testGroups) {
        for (const vector of group.tests) {
          const came = await comesOut(vector, group);
          if (came === undefined) continue;
          tried++;
          if (vector.result === "acceptable") continue;
          assertEquals(came, vector.result === "valid", `${vector.tcId} ${vector.flags} ${vector.comment}`);
        }
      }
      assert(tried >= least, `only ${tried} vectors`);
    },
  });
}

/** True where the promise gives these bytes; false where it fails. */
async function gives(expected: string, made: () => Promise<ArrayBuffer | Uint8Array>): Promise<boolean> {
  try {
    return new Uint8Array(await made()).toHex() === expected;
  } catch {
    return false;
  }
}

/** Long ciphertexts are written as zlib (RFC 1950). */
async function inflated(zlib: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([zlib]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

type Body = Vector & { key: string; ctx: string; ct: string; msgSha512: string };
wycheproof<{ tests: Body[] }, Body>(
  "the body of an envelope opens chunked encryption",
  "c2sp_chunked_encryption_aes_256_gcm",
  async ({ key, ctx, ct, msgSha512 }) => {
    const opened = await openBody(bytes(key), bytes(ctx), await inflated(bytes(ct)));
    return typeof opened !== "string" &&
      await gives(msgSha512, () => crypto.subtle.digest("SHA-512", opened));
  },
  30,
);

type Aead = Vector & { key: string; iv: string; aad: string; msg: string; ct: string; tag: string };
wycheproof<{ tests: Aead[] }, Aead>("AES-GCM opens", "aes_gcm", async ({ key, iv, aad, msg, ct, tag }) => {
  if (iv.length !== 24 || key.length !== 64) return undefined;
  const imported = await crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: bytes(iv), additionalData: bytes(aad) };
  return await gives(msg, () => crypto.subtle.decrypt(how, imported, bytes(ct + tag)));
}, 50);

type Signature = Vector & { msg: string; sig: string };
type Signed<K> = { readonly publicKey: K; readonly tests: readonly Signature[] };
wycheproof<Signed<{ pk: string }>, Signature>(
  "Ed25519 verifies",
  "ed25519",
  async ({ msg, sig }, { publicKey }) => {
    const key = await crypto.subtle.importKey("raw", bytes(publicKey.pk), "Ed25519", true, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, bytes(sig), bytes(msg));
  },
  100,
);

wycheproof<Signed<{ uncompressed: string }>, Signature>(
  "ECDSA with P-256 and SHA-256 verifies",
  "ecdsa_secp256r1_sha256_p1363",
  async ({ msg, sig }, { publicKey }) => {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("raw", bytes(publicKey.uncompressed), curve, true, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(sig), bytes(msg));
  },
  200,
);

type Encapsulated = Vector & { seed: string; ek: string; c: string; K: string };
const mlkem = KEM_ML_KEM_768();
wycheproof<{ tests: Encapsulated[] }, Encapsulated>(
  "ML-KEM-768 decapsulates",
  "mlkem_768",
  ({ seed, c, K }) =>
    gives(K, async () => {
      // The library checks lengths before its KEM is called.
      if (seed.length !== 128 || c.length !== 2 * mlkem.Nenc) throw new RangeError("another length");
      return await mlkem.Decap(bytes(c), await mlkem.DeserializePrivateKey(bytes(seed), false), undefined);
    }),
  150,
);

wycheproof<{ tests: Encapsulated[] }, Encapsulated>(
  "ML-KEM-768 takes and refuses public keys",
  "mlkem_768_encaps",
  async ({ ek }) => {
    try {
      if (ek.length !== 2 * mlkem.Npk) throw new RangeError("another length");
      return (await mlkem.Encap(await mlkem.DeserializePublicKey(bytes(ek)))).enc.length === mlkem.Nenc;
    } catch {
      return false;
    }
  },
  200,
);

wycheproof<{ tests: Encapsulated[] }, Encapsulated>(
  "ML-KEM-768 makes public keys of seeds",
  "mlkem_768_keygen_seed",
  ({ seed, ek }) =>
    gives(ek, async () => {
      const suite = new CipherSuite(KEM_ML_KEM_768, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
      const key = await suite.DeserializePrivateKey(bytes(seed), true) as CryptoKey;
      const subtle = crypto.subtle as SubtleCrypto & {
        getPublicKey?(of: CryptoKey, uses: string[]): Promise<CryptoKey>;
      };
      const publicKey = await subtle.getPublicKey!(key, ["encapsulateBits"]);
      return await suite.SerializePublicKey(publicKey);
    }),
  100,
);

interface HpkeVector {
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly info: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly enc: string;
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
}

Deno.test({
  name: "HPKE with the KEMs of the envelope opens what the drafts' vectors sealed",
  ignore: hpkePq === undefined,
  async fn() {
    const kems = new Map([[0x647a, KEM_MLKEM768_X25519], [0x0050, KEM_MLKEM768_P256]]);
    const aeads = new Map([[1, AEAD_AES_128_GCM], [2, AEAD_AES_256_GCM], [3, AEAD_ChaCha20Poly1305]]);
    const tried = new Set<number>();
    for (const vector of JSON.parse(hpkePq ?? "[]") as readonly HpkeVector[]) {
      const [kem, aead] = [kems.get(vector.kem_id), aeads.get(vector.aead_id)];
      if (!kem || !aead || vector.kdf_id !== 1) continue;
      const suite = new CipherSuite(kem, KDF_HKDF_SHA256, aead);
      const key = await suite.DeserializePrivateKey(bytes(vector.skRm), false);
      await suite.DeserializePublicKey(bytes(vector.pkRm));
      const context = await suite.SetupRecipient(key, bytes(vector.enc), { info: bytes(vector.info) });
      for (const { aad, ct, pt } of vector.encryptions.slice(0, 1)) {
        assertEquals((await context.Open(bytes(ct), bytes(aad))).toHex(), pt);
      }
      tried.add(vector.kem_id);
    }
    assertEquals(tried, new Set(kems.keys()));
  },
});
