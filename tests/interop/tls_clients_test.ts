/** `openssl s_client` and curl, with good certificates and bad ones, against a real gateway. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { LogLine } from "../bad_input/_product.ts";
import { visit } from "../world/openssl.ts";
import { type Certified, pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import { type Besieged, message } from "./_bad_peers.ts";
import { curl, post } from "./_curl.ts";
import { requirePeer } from "./_peers.ts";
import { type Protocol, secured } from "./_secured.ts";

const openssl = await requirePeer("openssl");
const stuckMs = 60_000;

/** Partners whose certificates a gateway knows, and must not take all the same. */
const partners = { expired: pki.expired, early: pki.early, outdated: pki.v1, unproven: pki.v1SelfSigned };

/** Who comes, and why it is not let in; `undefined`: it is. */
const comers: readonly (readonly [who: string, shows: Certified | undefined, trouble?: string])[] = [
  ["the laboratory", pki.client],
  // It is known by its own certificate, whoever has signed it.
  ["the laboratory, without its intermediate", { ...pki.client, chain: pki.client.certificate }],
  ["another of the same authority", pki.otherClient, "unknown"],
  ["one of another authority of the same name", pki.impostor, "unknown"],
  ["one that signed itself", pki.selfSigned, "unknown"],
  ["one that shows nothing", undefined, "missing"],
  ["one that has expired", pki.expired, "expired"],
  ["one that is not valid yet", pki.early, "early"],
  ["one of version 1", pki.v1, "outdated"],
  ["one of version 1 that signed itself", pki.v1SelfSigned, "outdated"],
];

const says: Readonly<Record<Protocol, () => string>> = {
  mllp: () => `\x0b${message()}\x1c\r`,
  https: () => {
    const body = message();
    return `POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/hl7-v2\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  },
};
const ANSWERED = /MSA\|AA/;

/** The refusals of clients in the log so far. */
function refusals({ product }: Besieged): readonly Readonly<Record<string, unknown>>[] {
  return product.err.split("\n").filter((line) => line.includes('"clientRefused"'))
    .map((line) => (JSON.parse(line) as LogLine).properties.facts as Readonly<Record<string, unknown>>);
}

/** Fails where not each of those that had to be refused was, once, by code, reason and fingerprint. */
async function assertRefused(besieged: Besieged, protocol: Protocol, versions: number): Promise<void> {
  const wanted = comers.filter(([, , trouble]) => trouble !== undefined)
    .flatMap(([, shows, trouble]) => Array(versions).fill(`${trouble} ${shows?.fingerprint}`));
  const code = `${protocol.toUpperCase()}_CLIENT_REFUSED`;
  await besieged.refused(code, wanted.length);
  const told = refusals(besieged);
  assertEquals(told.map(({ trouble, fingerprint }) => `${trouble} ${fingerprint}`).sort(), wanted.sort());
  for (const refusal of told) assertEquals(refusal.code, code);
}

for (const protocol of ["mllp", "https"] as const) {
  Deno.test({
    name: `openssl s_client is let in to ${protocol} by a partner's certificate alone, by TLS 1.2 and 1.3`,
    ignore: openssl.missing,
    fn: () =>
      unstuck(async () => {
        await using besieged = await secured(protocol, { partners });
        const { port } = besieged.target;
        for (const version of ["1.2", "1.3"] as const) {
          for (const [who, as, trouble] of comers) {
            const had = await visit({
              port,
              version,
              says: says[protocol](),
              until: ANSWERED,
              ...(as ? { as } : {}),
            });
            assertEquals(
              ANSWERED.test(had.says),
              trouble === undefined,
              `${who}, by ${version}: ${had.says}`,
            );
          }
        }
        await assertRefused(besieged, protocol, 2);
      }, stuckMs),
  });
}

/** Who stays connected is cut off once its certificate is taken out, and others are not. */
async function assertCutOff(protocol: Protocol): Promise<void> {
  await using besieged = await secured(protocol, { partners: { radiology: pki.otherClient } });
  const { port } = besieged.target;
  // It stays until the gateway ends it.
  const staying = visit({ port, as: pki.client, says: says[protocol]() });
  await besieged.product.logged({ name: "messageDelivered" });
  await Deno.remove(besieged.folder.at("pki/lab.pem"));
  assertMatch((await staying).says, ANSWERED);
  const again = await visit({ port, as: pki.client, says: says[protocol](), until: ANSWERED });
  assert(!ANSWERED.test(again.says));
  let cuts = 2;
  if (protocol === "https" && !curl.missing) {
    assertEquals(await curled(besieged, "1.3", pki.client).catch(() => "refused"), "refused");
    assertMatch(await curled(besieged, "1.3", pki.otherClient), ANSWERED);
    cuts++;
  }
  const other = await visit({ port, as: pki.otherClient, says: says[protocol](), until: ANSWERED });
  assertMatch(other.says, ANSWERED);
  assertEquals(
    refusals(besieged).map(({ trouble, fingerprint }) => [trouble, fingerprint]),
    Array(cuts).fill(["unknown", pki.client.fingerprint]),
  );
}

Deno.test({
  name:
    "openssl s_client is cut off while it is connected, and curl let in no more, once a certificate is taken out",
  ignore: openssl.missing,
  fn: () =>
    unstuck(async () => void await Promise.all([assertCutOff("mllp"), assertCutOff("https")]), stuckMs),
});

/** What curl was answered, as whoever it shows; empty where it was not let in. */
async function curled(besieged: Besieged, version: "1.2" | "1.3", as?: Certified): Promise<string> {
  const files = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${files}/ca.pem`, pki.root.certificate);
    if (as) {
      await Deno.writeTextFile(`${files}/own.pem`, as.chain || as.certificate);
      await Deno.writeTextFile(`${files}/own.key`, as.key);
    }
    const url = besieged.product.address("bad").replace("127.0.0.1", "localhost");
    const { status, head, body } = await post(
      url,
      message(),
      ...["--no-show-error", "--cacert", `${files}/ca.pem`, "--header", "Content-Type: application/hl7-v2"],
      ...(version === "1.2" ? ["--tls-max", "1.2"] : ["--tlsv1.3"]),
      ...(as ? ["--cert", `${files}/own.pem`, "--key", `${files}/own.key`] : []),
    );
    assertStringIncludes(head.toLowerCase(), "content-type: application/hl7-v2");
    assertEquals(status, 200);
    return body;
  } finally {
    await Deno.remove(files, { recursive: true });
  }
}

Deno.test({
  name: "curl posts HL7 over HTTP as a partner by TLS 1.2 and 1.3, and as nobody else",
  ignore: curl.missing,
  fn: () =>
    unstuck(async () => {
      await using besieged = await secured("https", { partners });
      for (const version of ["1.2", "1.3"] as const) {
        for (const [who, as, trouble] of comers) {
          const answer = await curled(besieged, version, as).catch(() => "");
          assertEquals(ANSWERED.test(answer), trouble === undefined, `${who}, by ${version}: ${answer}`);
        }
      }
      await assertRefused(besieged, "https", 2);
    }, stuckMs),
});
