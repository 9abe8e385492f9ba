import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { flawOf } from "../../../runtime/world/strict_certificate.ts";
import { readCertificate, troubleWith } from "../../../runtime/world/deno_certificates.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { certify, pki } from "../../world/pki.ts";

const derOf = (pem: string) => new Uint8Array(new X509Certificate(pem).raw);
const good = derOf(pki.selfSigned.certificate);

/** The certificate with one run of bytes, written in hexadecimal, in place of another. */
function bent(from: string, to: string): Uint8Array {
  const hex = good.toHex();
  assert(hex.includes(from), `${from} is not in the certificate`);
  return Uint8Array.fromHex(hex.replace(from, to));
}

Deno.test("certificates: those of every kind of key and use are well encoded", () => {
  const keys = (["P-256", "rsa-2048", "ed25519"] as const).map((key) => certify("any.example", { key }));
  const { root, intermediate, server, client, nameless, clientOnly, weakHash } = pki;
  for (
    const { name, certificate } of [
      root,
      intermediate,
      server,
      client,
      nameless,
      clientOnly,
      weakHash,
      ...keys,
    ]
  ) {
    assertEquals(flawOf(derOf(certificate)), undefined, name);
  }
});

Deno.test("certificates: before version 3 they are outdated", () => {
  for (const { certificate } of [pki.v1, pki.v1SelfSigned]) {
    assertEquals(flawOf(derOf(certificate)), "outdated");
  }
});

/**
 * Each of these makes the platform's verifier stumble. It takes the peer's word then that it has the key: whoever pins a
 * public key would believe anybody who puts that key into a certificate like these.
 */
const BENT: Readonly<Record<string, () => Uint8Array>> = {
  "with more behind it": () => Uint8Array.from([...good, 5, 0]),
  "with a length longer than need be": () =>
    Uint8Array.from([0x30, 0x83, 0, good[2], good[3], ...good.subarray(4)]),
  "with a truth that is neither": () => bent("0101ff", "01017f"),
  "with an extension that is not what it should be": () => bent("04023000", "04020500"),
  "with bits left over in its key": () => bent("03420004", "03420104"),
  "with bits left over in its signature": () => {
    const hex = good.toHex(), at = hex.search(/03(4[6-9])0030[0-9a-f]+$/);
    return Uint8Array.fromHex(`${hex.slice(0, at + 4)}01${hex.slice(at + 6)}`);
  },
  "cut short": () => good.subarray(0, -1),
  "of nothing": () => new Uint8Array(),
};

for (const [how, make] of Object.entries(BENT)) {
  Deno.test(`certificates: one ${how} proves nothing`, () => {
    assertEquals(flawOf(make()), "unfit");
  });
}

Deno.test("certificates: what the lenient reader takes is refused all the same", () => {
  const lenient = Object.values(BENT).flatMap((make) =>
    readCertificate(() => new X509Certificate(Buffer.from(make()))) ?? []
  );
  // Where it takes none of them, the strict one has nothing to do, and this test shows nothing.
  assert(lenient.length >= 2);
  for (const shown of lenient) assertEquals(troubleWith(shown, Date.now()), "unfit");
});

Deno.test("certificates: one and a key are told apart from a pair", async () => {
  const { certificate, key } = pki.server;
  assertEquals(await denoWorld.net.misfitOf({ certificate, key }), undefined);
  assertEquals(await denoWorld.net.misfitOf({ certificate, key: pki.client.key }), "pair");
  assertEquals(await denoWorld.net.misfitOf({ certificate: "no PEM", key }), "certificate");
  assertEquals(await denoWorld.net.misfitOf({ certificate, key: "no PEM" }), "key");
  assertEquals((await denoWorld.net.certificatesIn(pki.server.chain)).map(({ fingerprint }) => fingerprint), [
    pki.server.fingerprint,
    pki.intermediate.fingerprint,
  ]);
  await assertRejects(() => denoWorld.net.certificatesIn(key), TypeError);
});
