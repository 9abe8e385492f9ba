import { assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import listener from "../../../adapters/file/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { accepted, failedInSilence, refused } from "../../world/fake_intake.ts";
import { configOf, openListener } from "../../world/tools.ts";
import { ageKeys, sealer } from "../kit_files/_keys.ts";
import { Folder } from "./folder.ts";
import { watch } from "./watch.ts";

const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take: a test",
});
const bytes = (text: string) => new TextEncoder().encode(text);
const archive = zipSync({ "1.hl7": bytes("one"), "2.hl7": bytes("two"), "3.hl7": bytes("three") });

async function sealedFor(recipient: string): Promise<Uint8Array> {
  await using folder = await Folder.make();
  await folder.write("recipient", recipient);
  return await (await sealer({ cipher: { age: [folder.at("recipient")] } })).seal(bytes("DOE^JOHN"));
}

Deno.test("file opens what is encrypted to it, and keeps the file as it came", async () => {
  const { identity, recipient } = await ageKeys();
  const sealed = await sealedFor(recipient);
  await using rig = await watch({}, { settleMs: 0, cipher: { age: secretOf(identity) } });
  await rig.folder.write("a.hl7.age", sealed);
  await rig.rounds(2);
  assertEquals([rig.intake.texts, rig.intake.received[0].peer], [["DOE^JOHN"], "a.hl7.age"]);
  assertEquals(await Deno.readFile(rig.folder.at("done", "a.hl7.age")), new Uint8Array(sealed));
});

Deno.test("file puts what it cannot open into quarantine as it came, and where refused files go", async () => {
  const [ours, others] = [await ageKeys(), await ageKeys()];
  const sealed = await sealedFor(others.recipient);
  await using rig = await watch({ "plain.hl7": "DOE^JANE" }, {
    settleMs: 0,
    cipher: { age: secretOf(ours.identity) },
  });
  await rig.folder.write("a.hl7.age", sealed);
  await rig.rounds(2);
  assertEquals(rig.intake.received.length, 0);
  const kept = rig.intake.refused.map((
    { delivery, error },
  ) => [delivery.peer, error.code, [...delivery.bytes]]);
  assertEquals(kept.toSorted(), [
    ["a.hl7.age", "FILE_CIPHER_RECIPIENT_WRONG", [...sealed]],
    ["plain.hl7", "FILE_CIPHER_MISSING", [...bytes("DOE^JANE")]],
  ]);
  assertEquals(await rig.folder.files("failed"), ["a.hl7.age", "plain.hl7"]);
});

Deno.test("file says by code that a key is none, before it listens", async () => {
  await using folder = await Folder.make();
  const config = { path: folder.path, cipher: { age: secretOf("none"), openpgp: undefined } };
  const error = await assertRejects(() => openListener(listener, config), MitralError);
  assertEquals([error.code, error.blame], ["FILE_CIPHER_KEY_INVALID", "operator"]);
});

Deno.test("file hands over what is in an archive, each with a name and a key of its own", async () => {
  await using rig = await watch({}, { settleMs: 0, unpack: ["zip"] });
  await rig.folder.write("lab.zip", archive);
  await rig.rounds(2);
  assertEquals(rig.intake.texts, ["one", "two", "three"]);
  assertEquals(rig.intake.received.map(({ peer }) => peer), [
    "lab.zip/1.hl7",
    "lab.zip/2.hl7",
    "lab.zip/3.hl7",
  ]);
  assertEquals(new Set(rig.intake.received.map(({ key }) => key)).size, 3);
  assertEquals(await rig.folder.files("done"), ["lab.zip"]);
});

Deno.test("file hands all of an archive over again where the channel could not take all of it", async () => {
  await using rig = await watch({}, { settleMs: 0, unpack: ["zip"] });
  await rig.folder.write("lab.zip", archive);
  rig.intake.reply = (delivery) =>
    delivery.peer.endsWith("2.hl7") ? failedInSilence(trouble) : accepted(delivery);
  await rig.rounds(2);
  assertEquals([rig.intake.texts, await rig.folder.files()], [["one", "two"], ["lab.zip"]]);
  rig.intake.reply = accepted;
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["one", "two", "one", "two", "three"]);
  const [first, again] = [rig.intake.received[0].key, rig.intake.received[2].key];
  assertEquals(first, again);
});

Deno.test("file puts an archive one of whose files is refused where refused files go", async () => {
  await using rig = await watch({}, { settleMs: 0, unpack: ["zip"] });
  await rig.folder.write("lab.zip", archive);
  rig.intake.reply = (delivery) =>
    delivery.peer.endsWith("2.hl7") ? refused(delivery, trouble) : accepted(delivery);
  await rig.rounds(2);
  assertEquals([rig.intake.texts, await rig.folder.files("failed")], [["one", "two", "three"], ["lab.zip"]]);
});

Deno.test("file calls a cipher unfit that is two, or none", () => {
  const unfit = (cipher: object) =>
    listener.check?.(configOf(listener.config, { path: "/in", cipher } as never)).map(({ setting }) =>
      setting
    );
  const openpgp = { key: secretOf("x") };
  assertEquals(unfit({ age: secretOf("x"), openpgp }), ["cipher"]);
  assertEquals(unfit({}), ["cipher"]);
  assertEquals(unfit({ openpgp }), []);
});

Deno.test("file calls a lock unfit for files it keeps, and where it is the marker", () => {
  const unfit = (given: object) =>
    listener.check?.(configOf(listener.config, { path: "/in", ...given })).map(({ setting }) => setting);
  assertEquals(unfit({ lock: ".lock", after: "keep" }), ["lock"]);
  assertEquals(unfit({ lock: ".done", marker: ".done" }), ["lock"]);
  assertEquals(unfit({ lock: ".lock", marker: ".done" }), []);
});
