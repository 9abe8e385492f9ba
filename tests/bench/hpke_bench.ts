/**
 * Sealing and opening, by both suites, beside what they are made of, alone, by WebCrypto and the HPKE library in the same
 * run: AES-256-GCM over the same bytes, HPKE over a content key, one signature or its check. Run:
 * `deno run -A tests/bench/hpke_bench.ts`.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import process from "node:process";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope, type Statement } from "../../runtime/contract/envelope.ts";
import { type EnvelopeSuite, keyringFor } from "../contract/_envelope_keys.ts";

/** Operations under way at once: what keeps WebCrypto's threads busy. */
const AT_ONCE = 8;
const MEASURE_MS = Number(Deno.env.get("MEASURE_MS") ?? 1_500);
const SIZES = [1_000, 10_000, 1_000_000];
const SUITES: readonly EnvelopeSuite[] = [
  { signs: "Ed25519", seals: "MLKEM768-X25519" },
  { signs: "ES256", seals: "MLKEM768-P256" },
];

interface Rate {
  readonly perSecond: number;
  /** Processor time of all threads for one operation. */
  readonly cpuMicroseconds: number;
}

async function measure(operation: () => Promise<unknown>): Promise<Rate> {
  for (let warm = 0; warm < 20; warm++) await operation();
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  let done = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() - startMs < MEASURE_MS) {
      await operation();
      done++;
    }
  }));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: done * 1_000 / (performance.now() - startMs), cpuMicroseconds: (user + system) / done };
}

/** A row; `parts` are what it is made of, whose processor time is set against its own. */
async function row(
  what: string,
  operation: () => Promise<unknown>,
  parts: readonly Rate[] = [],
): Promise<Rate> {
  const rate = await measure(operation);
  const raw = parts.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0);
  console.log(
    what.padEnd(40),
    rate.perSecond.toFixed(0).padStart(8),
    "/s",
    rate.cpuMicroseconds.toFixed(0).padStart(7),
    "µs CPU",
    raw > 0 ? `  ${(rate.cpuMicroseconds / raw).toFixed(2)} times its parts` : "",
  );
  return rate;
}

const nowMs = Date.now();
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
const aesKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
  "encrypt",
  "decrypt",
]);
const aes = { name: "AES-GCM", iv: new Uint8Array(12) };

for (const suite of SUITES) {
  const ours = await keyringFor("hospital", ["lab"], () => suite);
  const theirs = await keyringFor("lab", ["hospital"], () => suite);
  const sender = bindEnvelope(hpke, { profile: "any" }, ours, { nowMs: () => nowMs });
  const receiver = bindEnvelope(hpke, { profile: "any" }, theirs, { nowMs: () => nowMs });

  console.log(`\n${suite.seals}, ${suite.signs}, ${AT_ONCE} at once`);
  const algorithm = suite.signs === "Ed25519" ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  const { key: signingKey, keyId } = ours.signingKey();
  const verificationKey = theirs.verificationKey("hospital.example", keyId)!.key;
  const text = new Uint8Array(600);
  const signature = await crypto.subtle.sign(algorithm, signingKey, text);
  const sign = await row("raw signature", () => crypto.subtle.sign(algorithm, signingKey, text));
  const verify = await row(
    "raw check of one",
    () => crypto.subtle.verify(algorithm, verificationKey, signature, text),
  );
  const kem = suite.seals === "MLKEM768-P256" ? KEM_MLKEM768_P256 : KEM_MLKEM768_X25519;
  const library = new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const pair = await library.GenerateKeyPair(false);
  const contentKey = new Uint8Array(32);
  const { encapsulatedSecret, ciphertext } = await library.Seal(pair.publicKey, contentKey);
  const wrap = await row("raw HPKE seal", () => library.Seal(pair.publicKey, contentKey));
  const unwrap = await row(
    "raw HPKE open",
    () => library.Open(pair.privateKey, encapsulatedSecret, ciphertext),
  );

  for (const size of SIZES) {
    console.log(`\n  ${size} bytes`);
    const payload = new Uint8Array(size).fill(65);
    const encrypted = await crypto.subtle.encrypt(aes, aesKey, payload);
    const [hashed, encrypt, decrypt] = [
      await row("  raw SHA-256", () => crypto.subtle.digest("SHA-256", payload)),
      await row("  raw AES-256-GCM seal", () => crypto.subtle.encrypt(aes, aesKey, payload)),
      await row("  raw AES-256-GCM open", () => crypto.subtle.decrypt(aes, aesKey, encrypted)),
    ];
    const { bytes: sealed } = await sender.seal(payload, statement, ["lab"]);
    const opened = await receiver.open(sealed);
    const sent = { statement, payload, to: "lab" };
    const { bytes } = await receiver.receipt(sealed, opened, { kind: "accepted" });
    const seal = () => sender.seal(payload, statement, ["lab"]);
    await row("  seal and sign", seal, [hashed, sign, wrap, encrypt]);
    await row("  open and verify", () => receiver.open(sealed), [hashed, verify, unwrap, decrypt]);
    const receipt = () => receiver.receipt(sealed, opened, { kind: "accepted" });
    await row("  receipt", receipt, [hashed, hashed, sign]);
    await row("  judge it", () => sender.judge(bytes, sent), [hashed, verify]);
  }
}
