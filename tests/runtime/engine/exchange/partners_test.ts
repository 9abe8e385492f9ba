/** What gateways tell each other, and what is told of partners. */
import { assert, assertEquals } from "@std/assert";
import type { PartnerCheck, PartnerReport } from "../../../../runtime/engine/exchange/partner_test.ts";
import { REPORT_TYPE } from "../../../../runtime/engine/exchange/partner_test.ts";
import { signedText } from "../../../../runtime/trust/signed_text.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { unstuck } from "../../../world/turns.ts";
import { sendsTo, Site, takesFrom } from "./exchange_rig.ts";

const channels = (partner: string) => ({ out: sendsTo(partner), in: takesFrom(partner) });

/** What a test of a partner found, and the report of it. */
async function tested(site: Site, partner: string) {
  const checks: PartnerCheck[] = [];
  let report = "";
  for await (const line of site.gateway.testPartner(partner)) {
    if ("report" in line) report = line.report;
    else checks.push(line);
  }
  return { checks, report };
}

Deno.test("a partner gets our file of public keys when it says something new, and takes it into its record", () =>
  unstuck(async () => {
    const clock = new FakeClock();
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.enrol(lab);
    await lab.enrol(clinic);
    await clinic.start(channels("lab"), { partners: "folder", clock });
    await lab.start(channels("clinic"), { partners: "folder", clock });
    await clock.pass(clinic.seen("partnerInformed"), 30_000);
    await clock.pass(lab.seen("partnerInformed"), 30_000);

    await lab.stop();
    const https = { port: lab.port, url: `http://localhost:${lab.port}/` };
    await clock.advance(1_000);
    await lab.start(channels("clinic"), { partners: "folder", exchange: { doors: { https } }, clock });
    await clock.pass(lab.seen("partnerInformed", undefined, 2), 30_000);
    await clinic.gateway.inject("out", `{"n":1}`);
    await clock.pass(clinic.seen("messageDelivered"), 30_000);
    const record = JSON.parse(await Deno.readTextFile(`${clinic.folder}/partners/lab.json`));
    assertEquals(record.file.links, [{ https: { url: https.url } }]);
  }));

Deno.test("what a partner has given a receipt for is not told again after a restart", () =>
  unstuck(async () => {
    const clock = new FakeClock();
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.enrol(lab);
    await lab.enrol(clinic);
    await lab.start(channels("clinic"), { partners: "folder", clock });
    await clinic.start(channels("lab"), { partners: "folder", clock });
    await clock.pass(clinic.seen("partnerInformed"), 30_000);
    await clinic.stop();
    await clinic.start(channels("lab"), { partners: "folder", clock });
    await clock.advance(90_000);
    assertEquals(clinic.all("partnerInformed").length, 1);
  }));

Deno.test("a partner that was restored from a backup has our newest file again a day later, and takes no older keys", () =>
  unstuck(async () => {
    const clock = new FakeClock();
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.enrol(lab);
    await lab.enrol(clinic);
    await clock.advance(1_000);
    await lab.start(channels("clinic"), { partners: "folder", clock });
    await clinic.start(channels("lab"), { partners: "folder", clock });
    await clock.pass(clinic.seen("partnerInformed"), 30_000);
    const file = `${lab.folder}/partners/clinic.json`;
    const issued = async () => JSON.parse(await Deno.readTextFile(file)).file.issued;
    const newest = await issued();
    await clinic.enrol(lab);
    await clock.pass(lab.seen("partnerUpdated", undefined, lab.all("partnerUpdated").length + 1), 20_000);
    const updates = lab.all("partnerUpdated").length;
    clock.set(86_400_000);
    await clock.pass(lab.seen("partnerUpdated", undefined, updates + 1), 30_000);
    assertEquals(await issued(), newest);
    assertEquals(clinic.all("partnerInformed").length, 1);
  }));

Deno.test("a message that was sent and has no receipt is told about once, with its age, until it has one", () =>
  unstuck(async () => {
    const clock = new FakeClock();
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.introduceTo(lab);
    await lab.introduceTo(clinic);
    await clinic.start(channels("lab"), { partners: ["lab"], clock });
    await clinic.gateway.inject("out", `{"n":1}`);
    await clock.pass(clinic.seen("deliveryFailed"), 30_000);
    const { partner, destination, ageMs, error } = await clock.pass(clinic.seen("receiptMissing"), 300_000);
    assertEquals([partner, destination, error.code], ["lab", "out", "EXCHANGE_RECEIPT_MISSING"]);
    assert(ageMs >= 900_000 && ageMs < 1_000_000, `${ageMs}`);
    const sinceMs = clinic.gateway.snapshot().exchange!.partners[0].receiptMissingSinceMs!;
    assertEquals(clock.nowMs() - sinceMs, ageMs);

    await lab.start(channels("clinic"), { partners: ["clinic"], clock });
    await clock.pass(clinic.seen("messageDelivered"), 300_000);
    await clock.advance(60_000);
    assertEquals(clinic.gateway.snapshot().exchange!.partners[0].receiptMissingSinceMs, undefined);
    assertEquals(clinic.all("receiptMissing").length, 1);
  }));

Deno.test("a test of a partner goes by every way, and signs what it found", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    await clinic.introduceTo(lab);
    await lab.introduceTo(
      clinic,
      await lab.file([...lab.links, { kind: "https", settings: { url: "http://127.0.0.1:1/" } }]),
    );
    await lab.start(channels("clinic"), { partners: ["clinic"] });
    await clinic.start(channels("lab"), { partners: ["lab"] });
    const { checks, report } = await tested(clinic, "lab");
    const found = checks.map(({ of, step, state }) => `${of} ${step} ${state}`);
    assertEquals(found.filter((each) => each.startsWith("way https ")), [
      "way https settings ok",
      "way https connection ok",
      "way https exchange ok",
      "way https ping ok",
      "way https clock ok",
      "way https 2 settings ok",
      "way https 2 connection bad",
      "way https 2 ping bad",
    ]);
    assert(found.includes("partner keys ok") && found.includes("door https open ok"), found.join("\n"));
    assertEquals(await lab.received("in"), []);

    const [key] = clinic.identity.signing;
    const keyOf = (keyId: string) =>
      keyId === key.keyId ? { key: key.publicKey, algorithm: key.algorithm } : undefined;
    const read = JSON.parse((await signedText(REPORT_TYPE, report, keyOf))!) as PartnerReport;
    assertEquals([read.by, read.partner, read.isGood], ["clinic", "lab", false]);
    assertEquals(read.checks.length, checks.length);
    assertEquals(
      await signedText(REPORT_TYPE, report.replace(/.$/, "A").replace("..", "."), () => undefined),
      undefined,
    );
  }));

Deno.test("a test warns of clocks that are far apart, and of keys that end soon", () =>
  unstuck(async () => {
    const clock = new FakeClock(Date.now());
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.introduceTo(lab);
    const [key] = lab.identity.encryption;
    const soon = { ...lab.identity, encryption: [{ ...key, untilMs: clock.nowMs() + 86_400_000 }] as const };
    await lab.introduceTo(clinic, await lab.file(lab.links, soon));
    const ahead = new FakeClock(clock.nowMs() + 120_000);
    await lab.start(channels("clinic"), { partners: ["clinic"], clock: ahead });
    await clinic.start(channels("lab"), { partners: ["lab"], clock });
    const { checks } = await tested(clinic, "lab");
    const warned = checks.filter(({ state }) => state === "warn").map(({ step, says }) => `${step}: ${says}`);
    assertEquals(warned, [
      "keys: its last encryption key ends in 1 days",
      "clock: its clock is 120.0 s ahead of ours",
    ]);
  }));

Deno.test("a partner that nobody knows, or that is suspended, cannot be tested", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    await lab.enrol(clinic, "suspended");
    await clinic.start({ notes: { ...takesFrom("lab"), listen: { mllp: { port: 0 } } } }, {
      partners: "folder",
    });
    for (const [name, state] of [["lab", "suspended"], ["nobody", "unknown"]]) {
      const found = await tested(clinic, name).then(() => "", ({ code, facts }) => `${code} ${facts.state}`);
      assertEquals(found, `EXCHANGE_PARTNER_INACTIVE ${state}`);
    }
  }));
