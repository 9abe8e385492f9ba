import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { PeerCertificate } from "../../../runtime/contract/tls.ts";
import { keyringOf } from "../../../runtime/trust/keyring.ts";
import { liveKeyring } from "../../../runtime/trust/live_keyring.ts";
import { LivePartners } from "../../../runtime/trust/live_partners.ts";
import { remove, resume, suspend } from "../../../runtime/trust/onboarding.ts";
import { writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { PartnerRegistry } from "../../../runtime/trust/partner_registry.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { worldWith } from "../../world/tools.ts";
import { gatewayOf } from "./gateways.ts";
import { meet, NOW_MS, Side, withSides } from "./meeting.ts";

const SUITES = ["MLKEM768-X25519"] as const;

/** The partners of a side, what was told of them, and who changed at each look. */
async function opened({ name, folder }: Side) {
  const told: string[] = [];
  const changes: (readonly string[])[] = [];
  const partners = await LivePartners.open({
    gateway: `${name}.example`,
    files: {},
    folder: folder.path,
    disk: denoWorld.disk,
    clock: denoWorld.clock,
    report: ({ partner, error }) => told.push(`${partner} ${error.code}`),
  });
  partners.watch((names) => changes.push(names));
  return { partners, told, changes };
}

/** The hospital's keyring over its partners. */
async function keyringOver(partners: LivePartners) {
  const { identity } = await gatewayOf("hospital");
  const clock = { nowMs: () => NOW_MS };
  return liveKeyring(keyringOf({ gateway: "hospital.example", clock, identity, partners: {} }), partners);
}

const codeOf = (act: () => unknown) => {
  const { code, retry, facts } = assertThrows(act, MitralError);
  return `${code} ${retry} ${facts.state ?? ""}`.trim();
};

Deno.test("a partner counts from the look after it was confirmed, and no more after it was suspended or removed", () =>
  withSides(async (hospital, lab) => {
    const { partners, changes } = await opened(hospital);
    assertEquals([partners.names, partners.find("lab")], [[], undefined]);
    await hospital.invite("lab");
    await partners.look();
    assertEquals([partners.names, partners.stateOf("lab"), partners.find("lab")], [
      ["lab"],
      "invited",
      undefined,
    ]);
    await remove("lab", await hospital.act());
    await meet(hospital, lab);
    assertEquals(partners.find("lab"), undefined);
    await partners.look();
    assertEquals(partners.find("lab")?.gateway, "lab.example");
    await suspend("lab", await hospital.act());
    await partners.look();
    assertEquals([partners.stateOf("lab"), partners.find("lab")], ["suspended", undefined]);
    await resume("lab", await hospital.act());
    await partners.look();
    assertEquals(partners.find("lab")?.gateway, "lab.example");
    await remove("lab", await hospital.act());
    await partners.look();
    await partners.look();
    assertEquals([partners.names, partners.stateOf("lab")], [[], undefined]);
    assertEquals(changes, Array(5).fill(["lab"]));
  }));

Deno.test("a newer file of a partner is taken while the gateway runs, and is there after a restart", () =>
  withSides(async (hospital, lab) => {
    await meet(hospital, lab);
    const { partners, changes } = await opened(hospital);
    const { identity, partnerFile } = await gatewayOf("lab");
    assertEquals(await partners.take("lab", partnerFile), false);
    const links = [{ kind: "https", settings: { url: "https://new.example/" } }];
    const next = await writePartnerFile({ ...identity, serial: 2 }, { links });
    assertEquals(await partners.take("lab", next), true);
    assertEquals([partners.find("lab")?.links, changes], [links, [["lab"]]]);
    assertEquals((await opened(hospital)).partners.find("lab")?.serial, 2);
    const stranger = await assertRejects(() => partners.take("nobody", next), MitralError);
    assertEquals(stranger.code, "RECORD_PARTNER_UNKNOWN");
  }));

Deno.test("a record that cannot be read keeps its partner as it was, is told of once, and keeps no other from being one", () =>
  withSides(async (hospital, lab, root) => {
    await meet(hospital, lab);
    const file = hospital.folder.fileOf("lab");
    const good = await Deno.readTextFile(file);
    const { partners, told } = await opened(hospital);
    await meet(hospital, new Side("radiology", root));
    await Deno.writeTextFile(file, good.slice(0, 100));
    await Deno.writeTextFile(hospital.folder.fileOf("new"), "half");
    await partners.look();
    await partners.look();
    assertEquals(told, ["lab RECORD_FILE_INVALID", "new RECORD_FILE_INVALID"]);
    assertEquals([...partners.active.keys()].sort(), ["lab", "radiology"]);
    assertEquals(partners.stateOf("new"), undefined);
    await Deno.writeTextFile(file, good);
    await partners.look();
    assertEquals(told.length, 2);
    const again = await opened(hospital);
    assertEquals([[...again.partners.active.keys()].sort(), again.told], [["lab", "radiology"], [
      "new RECORD_FILE_INVALID",
    ]]);
  }));

Deno.test("of two records of one gateway the one that was confirmed first counts, and the other is told of", () =>
  withSides(async (hospital, lab) => {
    await meet(hospital, lab);
    const text = await Deno.readTextFile(hospital.folder.fileOf("lab"));
    const { confirmed, ...record } = JSON.parse(text);
    const copy = {
      ...record,
      partner: "a-copy",
      confirmed: { ...confirmed, at: new Date(NOW_MS + 9).toISOString() },
    };
    await Deno.writeTextFile(hospital.folder.fileOf("a-copy"), JSON.stringify(copy));
    const { partners, told } = await opened(hospital);
    assertEquals([[...partners.active.keys()], told], [["lab"], ["a-copy LIVE_PARTNER_REPEATED"]]);
    const keyring = await keyringOver(partners);
    assertEquals(
      codeOf(() => keyring.encryptionKey("a-copy", SUITES)).split(" ")[0],
      "KEYRING_PARTNER_ABSENT",
    );
  }));

Deno.test("nothing is sealed for, or opened from, a partner that is none now; it may be one later", () =>
  withSides(async (hospital, lab) => {
    const { partners } = await opened(hospital);
    const keyring = await keyringOver(partners);
    const { identity: { signing: [{ keyId }] } } = await gatewayOf("lab");
    const seal = () => keyring.encryptionKey("lab", SUITES);
    const verify = () => keyring.verificationKey("lab.example", keyId);
    assertEquals(codeOf(seal), "KEYRING_PARTNER_ABSENT later not in the partners' folder");
    assertEquals([verify(), keyring.partnerOf("lab.example")], [undefined, undefined]);
    const { bytes } = await lab.accept("hospital", await hospital.invite("lab"));
    await partners.look();
    assertEquals(codeOf(seal), "KEYRING_PARTNER_ABSENT later invited");
    await hospital.take(bytes);
    await partners.look();
    assertEquals(codeOf(seal), "KEYRING_PARTNER_ABSENT later unconfirmed");
    assertEquals(verify(), undefined);
    await hospital.confirm("lab");
    await partners.look();
    assertEquals([
      seal().gateway,
      verify()?.keyId,
      keyring.gatewayOf("lab"),
      keyring.partnerOf("lab.example"),
    ], [
      "lab.example",
      keyId,
      "lab.example",
      "lab",
    ]);
    await suspend("lab", await hospital.act());
    await partners.look();
    for (const act of [seal, verify, () => keyring.gatewayOf("lab")]) {
      assertEquals(codeOf(act), "KEYRING_PARTNER_ABSENT later suspended");
    }
    assertEquals(keyring.partnerOf("lab.example"), undefined);
    await remove("lab", await hospital.act());
    await partners.look();
    assertEquals(codeOf(seal), "KEYRING_PARTNER_ABSENT later not in the partners' folder");
    assertEquals(verify(), undefined);
  }));

Deno.test("the registry knows partners of the folder by the certificates in their files, within ten seconds", () =>
  withSides(async (hospital, lab) => {
    const clock = new FakeClock(NOW_MS);
    const { partners } = await opened(hospital);
    const registry = await PartnerRegistry.open({}, worldWith(clock), () => {}, partners);
    let changes = 0;
    registry.watch(() => changes++);
    registry.start();
    const look = async () => {
      await clock.advance(10_000);
      await clock.armed(10_000);
    };
    const shown = { fingerprint: "cd".repeat(32), keyPin: "" } as PeerCertificate;
    assertEquals([registry.names, registry.holderOf(shown)], [[], undefined]);
    await meet(hospital, lab);
    const { identity } = await gatewayOf("lab");
    const certified = await writePartnerFile({ ...identity, serial: 2 }, {
      certificates: [`sha256:${shown.fingerprint}`],
    });
    await look();
    await partners.take("lab", certified);
    assertEquals([registry.names, registry.holderOf(shown), registry.holderOf(shown, ["other"])], [
      ["lab"],
      "lab",
      undefined,
    ]);
    await suspend("lab", await hospital.act());
    const before = changes;
    await look();
    assertEquals([registry.names, registry.holderOf(shown), changes - before], [["lab"], undefined, 1]);
    await resume("lab", await hospital.act());
    await look();
    assertEquals(registry.holderOf(shown), "lab");
    await remove("lab", await hospital.act());
    await look();
    assertEquals([registry.names, registry.holderOf(shown)], [[], undefined]);
    registry[Symbol.dispose]();
  }));
