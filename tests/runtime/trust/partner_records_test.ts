import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { suspend } from "../../../runtime/trust/onboarding.ts";
import { renewOwnPartnerFile } from "../../../runtime/trust/own_partner_file.ts";
import { parsePartnerFile, writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { parseRecord, writeRecord } from "../../../runtime/trust/partner_record.ts";
import { takePartnerFile } from "../../../runtime/trust/take_partner_file.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { createIdentity } from "../../../runtime/trust/identity.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";
import { changed, meet, NOW_MS, withSides } from "./meeting.ts";
import { PartnerFolder } from "../../../runtime/trust/partner_folder.ts";

async function refusal(act: () => Promise<unknown>): Promise<string> {
  const { code, facts } = await assertRejects(act, MitralError);
  return [code, facts.part].filter((part) => part !== undefined).join(" ");
}

/** The lab's public file, with later keys. */
async function laterFile(serial: number, issuedAtMs: number, gateway = "lab.example") {
  const { identity } = await gatewayOf("lab");
  return await writePartnerFile({ ...identity, gateway, serial }, { issuedAtMs });
}

Deno.test("what is kept of a partner reads as it was written, in every state", () =>
  withSides(async (hospital, lab) => {
    const check = async () => {
      const bytes = await Deno.readFile(hospital.folder.fileOf("lab"));
      assertEquals(writeRecord(await parseRecord(bytes, "lab", "lab.json")), bytes);
    };
    const invitation = await hospital.invite("lab");
    await check();
    await hospital.take((await lab.accept("hospital", invitation)).bytes);
    await check();
    await hospital.confirm("lab");
    await check();
    await suspend("lab", await hospital.act());
    await check();
  }));

Deno.test("what is kept of a partner is for the gateway's user alone, and has a token only while one is out", () =>
  withSides(async (hospital, lab) => {
    const token = crypto.getRandomValues(new Uint8Array(16));
    const secret = token.toBase64({ alphabet: "base64url", omitPadding: true });
    const text = () => Deno.readTextFile(hospital.folder.fileOf("lab"));
    const invitation = await hospital.invite("lab", token);
    const modes = [hospital.folder.path, hospital.folder.fileOf("lab")].map((path) =>
      Deno.statSync(path).mode! & 0o777
    );
    assertEquals(modes, [0o700, 0o600]);
    assertEquals((await text()).includes(secret), true);
    await hospital.take((await lab.accept("hospital", invitation)).bytes);
    assertEquals((await text()).includes(secret), false);
    assertEquals((await Deno.readTextFile(lab.folder.fileOf("hospital"))).includes(secret), false);
  }));

Deno.test("what is kept of a partner with a part missing or wrong is refused, and the part named", () =>
  withSides(async (hospital, lab) => {
    await hospital.invite("radiology");
    await meet(hospital, lab);
    const read = async (name: string, part: string, value: unknown) => {
      const bytes = await Deno.readFile(hospital.folder.fileOf(name));
      return await refusal(() =>
        parseRecord(changed(bytes, (file) => ({ ...file, [part]: value })), name, "record.json")
      );
    };
    const other = JSON.parse(new TextDecoder().decode((await gatewayOf("radiology")).partnerFile));
    const wrong: [string, unknown][] = [
      ["format", "mitral-partner"],
      ["version", 2],
      ["partner", "hospital"],
      ["state", "trusted"],
      ["changed", { at: "2026-01-01T00:00:00Z" }],
      ["invitation", "A"],
      ["transcript", undefined],
      ["confirmed", undefined],
      ["file", 7],
    ];
    for (const [part, value] of wrong) {
      assertEquals(await read("lab", part, value), `RECORD_FILE_INVALID ${part}`);
    }
    // The pinned root is no matter of the file that is kept beside it.
    assertEquals(await read("lab", "file", other), "RECORD_FILE_INVALID root");
    assertEquals(await read("radiology", "pending", undefined), "RECORD_FILE_INVALID pending");
    assertEquals(await read("radiology", "pending", { token: "A" }), "RECORD_FILE_INVALID pending.token");
    assertEquals(await read("radiology", "state", "active"), "RECORD_FILE_INVALID file");
  }));

Deno.test("a partner's newer file is taken: of a higher serial, or of the same and issued later", () =>
  withSides(async (hospital, lab) => {
    await meet(hospital, lab);
    const { folder } = hospital;
    const take = (bytes: Uint8Array) => takePartnerFile("lab", bytes, "lab.json", folder);
    assertEquals(await take((await gatewayOf("lab")).partnerFile), false);
    assertEquals(await take(await laterFile(3, NOW_MS)), true);
    assertEquals(await take(await laterFile(3, NOW_MS)), false);
    assertEquals(await take(await laterFile(3, NOW_MS + 1)), true);
    assertEquals((await folder.get("lab")).held?.partner.issuedAtMs, NOW_MS + 1);
    assertEquals((await folder.get("lab")).state, "active");
  }));

Deno.test("a partner's file is not taken: older, altered, of another root or gateway, or before it is confirmed", () =>
  withSides(async (hospital, lab) => {
    const { folder } = hospital;
    const take = (bytes: Uint8Array) => refusal(() => takePartnerFile("lab", bytes, "lab.json", folder));
    await hospital.take((await lab.accept("hospital", await hospital.invite("lab"))).bytes);
    assertEquals(await take(await laterFile(9, NOW_MS)), "RECORD_STATE_WRONG");
    await hospital.confirm("lab");
    await takePartnerFile("lab", await laterFile(5, NOW_MS), "lab.json", folder);
    assertEquals(await take(await laterFile(4, NOW_MS + 9)), "RECORD_SERIAL_OLD");
    assertEquals(await take(await laterFile(5, NOW_MS - 1)), "RECORD_SERIAL_REUSED");
    assertEquals(await take(await laterFile(6, NOW_MS, "lab2.example")), "RECORD_GATEWAY_CHANGED");
    const { identity: other } = await createIdentity({ gateway: "lab.example", nowMs: NOW_MS, masterKey });
    assertEquals(await take(await writePartnerFile({ ...other, serial: 9 })), "RECORD_ROOT_CHANGED");
    const altered = changed(await laterFile(7, NOW_MS), (file) => ({ ...file, serial: 8 }));
    assertEquals(await take(altered), "PARTNER_SIGNATURE_INVALID");
    assertEquals((await folder.get("lab")).held?.partner.serial, 5);
  }));

Deno.test("the folder is changed by one at a time; who finds it busy for long is told which file says so", async () => {
  const root = await Deno.makeTempDir();
  const clock = new FakeClock();
  const folder = new PartnerFolder(root, { disk: denoWorld.disk, clock });
  await Deno.writeTextFile(`${root}/.lock`, "");
  const trying = assertRejects(
    () => folder.change(() => Promise.reject(new Error("nobody may look"))),
    MitralError,
  );
  for (let waits = 0; waits < 50; waits++) {
    await clock.armed(100);
    await clock.advance(100);
  }
  const { code, facts } = await trying;
  assertEquals([code, facts.file], ["RECORD_FILE_BUSY", `${root}/.lock`]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("our own file stays while it says the same, and is issued anew when ways or keys have changed", async () => {
  const root = await Deno.makeTempDir();
  const file = `${root}/lab.example.partner.json`;
  const { identity, partnerFile } = await gatewayOf("lab");
  await Deno.writeFile(file, partnerFile);
  const clock = { nowMs: () => NOW_MS };
  const parts = { identity, links: [], certificates: [], file, disk: denoWorld.disk, clock };
  const same = await renewOwnPartnerFile(parts);
  assertEquals([same.isNew, same.bytes, same.partner.issuedAtMs], [false, partnerFile, MADE_AT_MS]);
  const links = [{ kind: "https", settings: { url: "https://gw.lab.example/" } }];
  const certificates = [`sha256:${"ab".repeat(32)}`];
  const moved = await renewOwnPartnerFile({ ...parts, links, certificates });
  assertEquals([moved.isNew, moved.partner.serial, moved.partner.issuedAtMs], [true, 1, NOW_MS]);
  assertEquals([moved.partner.links, moved.partner.certificates], [links, certificates]);
  assertEquals((await parsePartnerFile(await Deno.readFile(file), file)).links, links);
  assertEquals((await renewOwnPartnerFile({ ...parts, links, certificates })).isNew, false);
  // Whatever the clock says, what is newer is issued later.
  const back = await renewOwnPartnerFile({ ...parts, links, clock: { nowMs: () => MADE_AT_MS - 5 } });
  assertEquals([back.isNew, back.partner.issuedAtMs], [true, NOW_MS + 1]);
  const rotated = await renewOwnPartnerFile({ ...parts, links, identity: { ...identity, serial: 2 } });
  assertEquals([rotated.isNew, rotated.partner.serial], [true, 2]);
  // A file that another has put there says nothing, not even when it was issued.
  await Deno.writeFile(
    file,
    await writePartnerFile((await gatewayOf("hospital")).identity, { issuedAtMs: NOW_MS + 9_000 }),
  );
  assertEquals((await renewOwnPartnerFile(parts)).partner.issuedAtMs, NOW_MS);
  await Deno.remove(root, { recursive: true });
});

Deno.test("our own file by ECDSA, whose signatures are another each time, stays all the same", async () => {
  const root = await Deno.makeTempDir();
  const { identity } = await createIdentity({
    gateway: "lab.example",
    nowMs: MADE_AT_MS,
    masterKey,
    profile: "nist",
  });
  const parts = {
    identity,
    links: [],
    certificates: [],
    file: `${root}/lab.example.partner.json`,
    disk: denoWorld.disk,
    clock: { nowMs: () => NOW_MS },
  };
  const made = await renewOwnPartnerFile(parts);
  const again = await renewOwnPartnerFile(parts);
  assertEquals([made.isNew, again.isNew, again.bytes], [true, false, made.bytes]);
  await Deno.remove(root, { recursive: true });
});
