/**
 * Sealing and opening, beside the least that encrypting and signing the same bytes can cost: AES-256-GCM and one
 * Ed25519 signature (or its check), by WebCrypto, in the same run. Run: `deno run -A tests/bench/hpke_bench.ts`.
 */
import process from "node:process";
import { bodyBytes, openBody, sealBody } from "../../actors/envelopes/hpke/chunked_body.ts";
import { drawContentKey, unwrapContentKey, wrapContentKey } from "../../actors/envelopes/hpke/content_key.ts";
import { readParts } from "../../actors/envelopes/hpke/header.ts";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import { signStatement, verifyStatement } from "../../actors/envelopes/_kit/statement.ts";
import { bindEnvelope, type Statement } from "../../runtime/contract/envelope.ts";
import { testKeyring } from "../runtime/trust/gateways.ts";

/** Operations under way at once: what keeps WebCrypto's threads busy. */
const AT_ONCE = 8;
const MEASURE_MS = 1_500;

interface Rate {
  readonly perSecond: number;
  /** Processor time of all threads for one operation. */
  readonly cpuMicroseconds: number;
}

async function measure(operation: () => Promise<unknown>, atOnce: number): Promise<Rate> {
  for (let warm = 0; warm < 50; warm++) await operation();
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  let done = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (performance.now() - startMs < MEASURE_MS) {
      await operation();
      done++;
    }
  }));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: done * 1_000 / (performance.now() - startMs), cpuMicroseconds: (user + system) / done };
}

function row(what: string, { perSecond, cpuMicroseconds }: Rate, raw?: Rate): void {
  const ratio = raw ? `${(100 * perSecond / raw.perSecond).toFixed(1)} % of raw` : "";
  const columns = [perSecond.toFixed(0).padStart(8), "/s", cpuMicroseconds.toFixed(0).padStart(7), "µs CPU"];
  console.log(
    what.padEnd(44),
    ...columns,
    (1e6 / cpuMicroseconds).toFixed(0).padStart(8),
    "/s a core  ",
    ratio,
  );
}

const nowMs = Date.now();
const [ours, theirs] = [await testKeyring("hospital", ["lab"]), await testKeyring("lab", ["hospital"])];
const sender = bindEnvelope(hpke, {}, ours, { nowMs: () => nowMs });
const receiver = bindEnvelope(hpke, {}, theirs, { nowMs: () => nowMs });
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
const unexpected = (code: string): never => {
  throw new Error(code);
};
const signing = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const aes = { name: "AES-GCM", iv: new Uint8Array(12) };

for (const size of [1_000, 100_000]) {
  const payload = new Uint8Array(size).fill(65);
  const digest = new Uint8Array(32);
  const sealed = await sender.seal(payload, statement, ["lab"]);
  const signature = await crypto.subtle.sign("Ed25519", signing.privateKey, digest);
  const ciphertext = await crypto.subtle.encrypt(aes, key, payload);

  for (const atOnce of [1, AT_ONCE]) {
    console.log(`\n${size} bytes, ${atOnce} at once`);
    const rawSeal = await measure(async () => {
      await crypto.subtle.sign("Ed25519", signing.privateKey, digest);
      await crypto.subtle.encrypt(aes, key, payload);
    }, atOnce);
    const rawOpen = await measure(async () => {
      await crypto.subtle.decrypt(aes, key, ciphertext);
      await crypto.subtle.verify("Ed25519", signing.publicKey, signature, digest);
    }, atOnce);
    row("raw AES-256-GCM and Ed25519 sign", rawSeal);
    row("seal and sign", await measure(() => sender.seal(payload, statement, ["lab"]), atOnce), rawSeal);
    row("raw AES-256-GCM and Ed25519 verify", rawOpen);
    row("open and verify", await measure(() => receiver.open(sealed), atOnce), rawOpen);
  }

  console.log(`\n${size} bytes, where the time goes (1 at once)`);
  const { pub, wraps: [wrap], header, body } = readParts(sealed, unexpected);
  const to = ours.encryptionKey("lab", ["MLKEM768-X25519"]);
  const ourKey = theirs.decryptionKey(wrap.kid) ?? unexpected("no key");
  const { key: contentKey, salt } = await drawContentKey();
  const jws = await signStatement(pub, payload, ours);
  const into = new Uint8Array(bodyBytes(size));
  const context = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(header)));
  const opened = await unwrapContentKey(wrap, ourKey.key, pub) ?? unexpected("no content key");
  const none = new Uint8Array();
  row("sign statement", await measure(() => signStatement(pub, payload, ours), 1));
  row("draw content key", await measure(() => drawContentKey(), 1));
  row("wrap content key (X-Wing)", await measure(() => wrapContentKey(contentKey, to, pub), 1));
  row(
    "seal body",
    await measure(() => sealBody({ contentKey, salt, context, head: none, rest: payload, into }), 1),
  );
  row("unwrap content key (X-Wing)", await measure(() => unwrapContentKey(wrap, ourKey.key, pub), 1));
  row("open body", await measure(() => openBody(opened, context, body), 1));
  row("verify statement", await measure(() => verifyStatement(jws, pub, payload, theirs, unexpected), 1));
}
