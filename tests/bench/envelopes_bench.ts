/**
 * Every envelope, sealing and opening by size, one at a time, beside AES-256-GCM and one Ed25519 signature (or its check)
 * by WebCrypto. Run: `deno run -A tests/bench/envelopes_bench.ts`.
 */
import { generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";
import age from "../../actors/envelopes/age/mod.ts";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import jwe from "../../actors/envelopes/jwe/mod.ts";
import {
  bindEnvelope,
  type Envelope,
  type Keyring,
  type Statement,
} from "../../runtime/contract/envelope.ts";
import { secretOf } from "../../runtime/contract/spec.ts";
import { keyringFor } from "../contract/_envelope_keys.ts";
import { configOf } from "../world/tools.ts";

const MEASURE_MS = 1_000;

async function perSecond(operation: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 5; warm++) await operation();
  const startMs = performance.now();
  let done = 0;
  for (; performance.now() - startMs < MEASURE_MS; done++) await operation();
  return done * 1_000 / (performance.now() - startMs);
}

const nowMs = Date.now();
const clock = { nowMs: () => nowMs };
const statement: Statement = {
  id: "01977b3c-5a00-7000-8000-000000000001",
  from: "hospital.example",
  channel: "lab-results",
  epoch: 1,
  sequence: 1,
  issuedAtMs: nowMs,
  expiresAtMs: nowMs + 3_600_000,
  contentType: "x-application/hl7-v2+er7",
};

/** The same envelope at both ends. */
async function ends(
  seals: "MLKEM768-X25519" | "X25519" | "P-256",
  bind: (keys: Keyring) => Envelope,
): Promise<readonly [Envelope, Envelope]> {
  const suite = () => ({ signs: seals === "P-256" ? "ES256" : "Ed25519", seals }) as const;
  return [
    bind(await keyringFor("hospital", ["lab"], suite)),
    bind(await keyringFor("lab", ["hospital"], suite)),
  ];
}

async function ageOf(identity: string, signed: boolean) {
  const recipients = [await identityToRecipient(identity)];
  const config = configOf(age.config, { recipients, identity: secretOf(identity), signed });
  return await ends("X25519", (keys) => bindEnvelope(age, config, keys, clock));
}

const envelopes = {
  "hpke, X-Wing": await ends(
    "MLKEM768-X25519",
    (keys) => bindEnvelope(hpke, configOf(hpke.config, {}), keys, clock),
  ),
  "jwe, X25519": await ends("X25519", (keys) => bindEnvelope(jwe, {}, keys, clock)),
  "jwe, P-256": await ends("P-256", (keys) => bindEnvelope(jwe, {}, keys, clock)),
  "age, signed": await ageOf(await generateIdentity(), true),
  "age, not signed": await ageOf(await generateIdentity(), false),
  "age, not signed, hybrid": await ageOf(await generateHybridIdentity(), false),
};

const signing = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const aes = { name: "AES-GCM", iv: new Uint8Array(12) };
const digest = new Uint8Array(32);
const signature = await crypto.subtle.sign("Ed25519", signing.privateKey, digest);

for (const size of [1_000, 100_000, 10_000_000]) {
  const payload = new Uint8Array(size).fill(65);
  const ciphertext = await crypto.subtle.encrypt(aes, key, payload);
  const raw = [
    await perSecond(async () => {
      await crypto.subtle.sign("Ed25519", signing.privateKey, digest);
      await crypto.subtle.encrypt(aes, key, payload);
    }),
    await perSecond(async () => {
      await crypto.subtle.decrypt(aes, key, ciphertext);
      await crypto.subtle.verify("Ed25519", signing.publicKey, signature, digest);
    }),
  ];
  const row = (what: string, bytes: number, rates: readonly number[]) =>
    console.log(
      what.padEnd(26),
      `${bytes}`.padStart(11),
      ...rates.map((rate, at) =>
        `${rate.toFixed(1).padStart(10)}/s ${(100 * rate / raw[at]).toFixed(0).padStart(4)} %`
      ),
    );
  console.log(`\n${size} bytes`.padEnd(27), "sealed size        seal, of raw         open, of raw");
  row("raw", ciphertext.byteLength, raw);
  for (const [what, [sender, receiver]] of Object.entries(envelopes)) {
    const to = sender.isUnsigned ? [] : ["lab"];
    const { bytes: sealed } = await sender.seal(payload, statement, to);
    row(what, sealed.length, [
      await perSecond(() => sender.seal(payload, statement, to)),
      await perSecond(() => receiver.open(sealed)),
    ]);
  }
}
