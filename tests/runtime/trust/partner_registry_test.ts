import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { PeerCertificate } from "../../../runtime/contract/tls.ts";
import { PartnerRegistry } from "../../../runtime/trust/partner_registry.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { type Certified, certify, pki } from "../../world/pki.ts";
import { TlsSite } from "../../world/tls_site.ts";
import { worldWith } from "../../world/tools.ts";

const LOOK_MS = 10_000;
const DAY_MS = 86_400_000;

const shownBy = ({ fingerprint, keyPin, name }: Certified): PeerCertificate => ({
  fingerprint,
  keyPin,
  subject: `CN=${name}`,
  issuer: "CN=somebody",
  validFromMs: 0,
  validUntilMs: Infinity,
});

/** A registry on a clock that a test moves, and whom it takes certificates for. */
async function opened(site: TlsSite, known: Readonly<Record<string, readonly Certified[]>>) {
  const clock = new FakeClock(Date.now());
  const partners = await site.partners(worldWith(clock), known);
  return {
    clock,
    partners,
    /** Lets it look at the files once. */
    async look() {
      await clock.advance(LOOK_MS);
      await clock.armed(LOOK_MS);
    },
    whose: (certified: Certified, among?: readonly string[]) => partners.holderOf(shownBy(certified), among),
  };
}

Deno.test("the registry knows partners by their own certificates, and not by who signed them", async () => {
  await using site = await TlsSite.open();
  const { whose, partners } = await opened(site, {
    lab: [pki.client, pki.intermediate],
    radiology: [pki.otherClient],
  });
  assertEquals(partners.names, ["lab", "radiology"]);
  assertEquals(whose(pki.client), "lab");
  assertEquals(whose(pki.otherClient), "radiology");
  // The authority in the lab's file is none of its own certificates, and another one it signed is not let in.
  assertEquals([whose(pki.intermediate), whose(pki.server)], [undefined, undefined]);
  assertEquals(whose(pki.client, ["radiology"]), undefined);
});

Deno.test("the registry knows partners by pins: of a certificate, or of a key that outlives certificates", async () => {
  const renewed = certify("lab.hospital.example", { by: pki.root, key: pki.client });
  const colons = pki.server.fingerprint.toUpperCase().replace(/..(?=.)/g, "$&:");
  const partners = await PartnerRegistry.open(
    {
      lab: { certificates: [], pins: [`sha256//${pki.client.keyPin}`] },
      ehr: { certificates: [], pins: [`sha256:${colons}`] },
    },
    worldWith(new FakeClock()),
    () => {},
  );
  const whose = [pki.client, renewed, pki.server, pki.otherClient].map((each) =>
    partners.holderOf(shownBy(each))
  );
  assertEquals(whose, ["lab", "lab", "ehr", undefined]);
  partners[Symbol.dispose]();
});

Deno.test("the registry takes a partner's new certificates, and lets go of those that are taken out", async () => {
  await using site = await TlsSite.open();
  const { whose, look, partners } = await opened(site, { lab: [pki.client] });
  let changes = 0;
  const unwatch = partners.watch(() => changes++);
  await site.write("lab.partner.pem", pki.client.certificate + pki.otherClient.certificate);
  await look();
  assertEquals([whose(pki.client), whose(pki.otherClient), changes], ["lab", "lab", 1]);
  await site.write("lab.partner.pem", pki.otherClient.certificate);
  await look();
  assertEquals([whose(pki.client), whose(pki.otherClient), changes], [undefined, "lab", 2]);
  await site.remove("lab.partner.pem");
  await look();
  assertEquals([whose(pki.otherClient), changes], [undefined, 3]);
  await look();
  unwatch();
  await site.write("lab.partner.pem", pki.client.certificate);
  await look();
  assertEquals([whose(pki.client), changes], ["lab", 3]);
  assertEquals(site.troubles, []);
});

Deno.test("the registry keeps what it knew while a file is no use, and says so once", async () => {
  await using site = await TlsSite.open();
  const { whose, look } = await opened(site, { lab: [pki.client] });
  for (const broken of ["half an edit", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]) {
    await site.write("lab.partner.pem", broken);
    await look();
    await look();
    assertEquals(whose(pki.client), "lab");
  }
  assertEquals(site.troubles.map(({ partner, error }) => [partner, error.code]), [
    ["lab", "PARTNERS_CERTIFICATE_INVALID"],
  ]);
});

Deno.test("the registry keeps partners apart: a certificate of two is refused, at the start and later on", async () => {
  await using site = await TlsSite.open();
  const error = await assertRejects(
    () => opened(site, { lab: [pki.client], radiology: [pki.client] }),
    MitralError,
  );
  assertEquals([error.code, error.facts.partner, error.facts.other], [
    "PARTNERS_CERTIFICATE_SHARED",
    "radiology",
    "lab",
  ]);
  const { whose, look } = await opened(site, { lab: [pki.client], radiology: [pki.otherClient] });
  await site.write("radiology.partner.pem", pki.client.certificate);
  await look();
  assertEquals(whose(pki.client), "lab");
  assertEquals(site.troubles.map(({ error }) => error.code), ["PARTNERS_CERTIFICATE_SHARED"]);
});

Deno.test("the registry lets go of one partner's certificate whatever is wrong between two others", async () => {
  await using site = await TlsSite.open();
  const known = { lab: [pki.client], radiology: [pki.otherClient], ehr: [pki.server] };
  const { whose, look, partners } = await opened(site, known);
  let changes = 0;
  partners.watch(() => changes++);
  // One is moved to another's file, which still has it; one that nobody had is given to both; one is taken away.
  await site.write(
    "lab.partner.pem",
    pki.client.certificate + pki.otherClient.certificate + pki.direct.certificate,
  );
  await site.write("radiology.partner.pem", pki.otherClient.certificate + pki.direct.certificate);
  await site.remove("ehr.partner.pem");
  await look();
  assertEquals([whose(pki.server), whose(pki.otherClient), whose(pki.direct)], [
    undefined,
    "radiology",
    undefined,
  ]);
  assertEquals([changes, site.troubles.map(({ error }) => error.code)], [1, ["PARTNERS_CERTIFICATE_SHARED"]]);
  await site.write("radiology.partner.pem", pki.direct.certificate);
  await site.write("lab.partner.pem", pki.client.certificate + pki.otherClient.certificate);
  await look();
  assertEquals([whose(pki.client), whose(pki.otherClient), whose(pki.direct)], ["lab", "lab", "radiology"]);
});

Deno.test("the registry starts without a partner whose file is missing, says so once, and takes it when it comes", async () => {
  await using site = await TlsSite.open();
  const file = await site.write("lab.pem", "");
  await site.remove("lab.pem");
  const clock = new FakeClock(Date.now());
  const told: unknown[] = [], changes: unknown[] = [];
  using partners = await PartnerRegistry.open(
    { lab: { certificates: [file], pins: [] } },
    worldWith(clock),
    ({ partner, error }) => told.push([partner, error.code, error.facts.reason]),
  );
  partners.watch((all) => changes.push(...all));
  partners.start();
  for (const pem of [undefined, undefined, pki.client.certificate]) {
    if (pem !== undefined) await site.write("lab.pem", pem);
    await clock.advance(LOOK_MS);
    await clock.armed(LOOK_MS);
  }
  assertEquals(told, [["lab", "PARTNERS_FILE_UNREADABLE", "ENOENT"]]);
  assertEquals(changes, [{ partner: "lab", certificates: 1 }]);
  assertEquals(partners.holderOf(shownBy(pki.client)), "lab");
});

Deno.test("the registry warns 30, 14, 7 and 1 days before a partner's last certificate ends, once each", async () => {
  await using site = await TlsSite.open();
  const [short, long] = [20, 31].map((untilDays) => certify("lab", { untilDays }));
  const { clock, look } = await opened(site, { lab: [short, long] });
  for (let day = 0; day < 32; day++) {
    clock.set(DAY_MS);
    await look();
    await look();
  }
  const told = site.troubles.map(({ partner, error }) => [partner, error.code, error.facts.days]);
  assertEquals(told, [29, 13, 6, 0].map((days) => ["lab", "PARTNERS_CERTIFICATE_EXPIRING", days]));
});

Deno.test("the registry warns of the certificate that takes another's place, too", async () => {
  await using site = await TlsSite.open();
  const [first, second] = [10, 100].map((untilDays) => certify("lab", { untilDays }));
  const { clock, look } = await opened(site, { lab: [first] });
  await site.write("lab.partner.pem", second.certificate);
  await look();
  for (const days of [72, 17]) {
    clock.set(days * DAY_MS);
    await look();
  }
  assertEquals(site.troubles.map(({ error }) => error.facts.days), [9, 27, 10]);
});
