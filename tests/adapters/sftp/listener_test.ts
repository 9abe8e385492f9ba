import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/sftp/listener.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { failedInSilence } from "../../world/fake_intake.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { type ListenerRig, memoryInMemory, openListener } from "../../world/tools.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { errorOf } from "./connection.ts";
import { fingerprint, keys, SshPeer } from "./ssh_peer.ts";

const everyMs = 1_000;
/** Longest pause between two looks in these tests; deadlines are longer. */
const pauseMsMax = 9_000;

interface Watch extends ListenerRig {
  readonly peer: SshPeer;
  /** Waits, and has the listener look again and again meanwhile. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Lets it look so many times. */
  looks(count: number): Promise<void>;
}

async function watch(
  given: Partial<ConfigInput<typeof listener.config>> = {},
  parts: { readonly peer?: SshPeer; readonly memory?: ReturnType<typeof memoryInMemory> } = {},
): Promise<Watch> {
  const peer = parts.peer ?? await SshPeer.start();
  const clock = new FakeClock();
  const intake = new FakeIntake();
  const config = { ...peer.config, path: "/", everyMs, settleMs: 0, ...given };
  const rig = await openListener(listener, config, { clock, intake, ...parts });
  const until = <T>(promise: Promise<T>) => clock.pass(promise, pauseMsMax);
  return {
    ...rig,
    peer,
    until,
    async looks(count) {
      const before = peer.requests.filter((request) => request === "OPENDIR").length;
      const seen = async () => {
        while (peer.requests.filter((request) => request === "OPENDIR").length < before + count) {
          await turns();
        }
      };
      await until(seen());
    },
    async [Symbol.asyncDispose]() {
      await rig.listening[Symbol.asyncDispose]();
      if (!parts.peer) await peer[Symbol.asyncDispose]();
    },
  };
}

Deno.test("sftp takes files in order and puts them into a folder of the server", async () => {
  await using rig = await watch({ doneFolder: "/archive" });
  for (const name of ["b.hl7", "a.hl7", "c.tmp"]) await rig.peer.folder.write(name, name);
  await rig.until(rig.intake.gotten(2));
  assertEquals(rig.intake.texts, ["a.hl7", "b.hl7"]);
  await rig.until(rig.peer.folder.gets("archive", "b.hl7"));
  assertEquals(await rig.peer.folder.files(), ["c.tmp"]);
});

Deno.test("sftp deletes what was taken, and moves what was refused", async () => {
  await using rig = await watch({ after: "delete" });
  rig.intake.reply = (delivery) => {
    const error = new MitralError("KIT_MESSAGE_REFUSED", { blame: "sender", retry: "never", says: "Cannot" });
    return delivery.peer === "bad.hl7"
      ? { outcome: { kind: "rejected", error }, answer: null }
      : { outcome: { kind: "accepted" }, answer: null };
  };
  await rig.peer.folder.write("bad.hl7", "bad");
  await rig.peer.folder.write("good.hl7", "good");
  await rig.until(rig.peer.folder.gets("failed", "bad.hl7"));
  await rig.until(rig.intake.gotten(2));
  await rig.looks(2);
  assertEquals(await rig.peer.folder.files(), []);
});

Deno.test("sftp takes a fax with what stands beside it, and puts both away", async () => {
  await using rig = await watch({ sidecar: { extension: ".json", provider: "hylafax" } });
  await rig.peer.folder.write("a.tif.json", '{"id":"24","from":"+12175550142"}');
  await rig.peer.folder.write("a.tif", "II*");
  await rig.until(rig.intake.gotten(1));
  await rig.until(rig.peer.folder.gets("done", "a.tif.json"));
  assertEquals(
    rig.intake.received[0].contentType,
    'image/tiff; fax-provider="hylafax"; fax-id="24"; fax-from="+12175550142"',
  );
  assertEquals(await rig.peer.folder.files(), []);
});

Deno.test("sftp keeps what was taken where it is, and does not take it again after a restart", async () => {
  await using peer = await SshPeer.start();
  const memory = memoryInMemory();
  await peer.folder.write("a.hl7", "one");
  {
    await using rig = await watch({ after: "keep" }, { peer, memory });
    await rig.until(rig.intake.gotten(1));
    await rig.looks(3);
    await rig.until(rig.listening.stop());
  }
  await using rig = await watch({ after: "keep" }, { peer, memory });
  await peer.folder.write("b.hl7", "two");
  await rig.until(rig.intake.gotten(1));
  await rig.looks(2);
  assertEquals(rig.intake.texts, ["two"]);
  assertEquals(await peer.folder.files(), ["a.hl7", "b.hl7"]);
});

Deno.test("sftp starts without its server, says so by code, and takes what is there once it is back", async () => {
  await using peer = await SshPeer.start();
  await peer.folder.write("a.hl7", "patient");
  await peer.stop();
  await using rig = await watch({}, { peer });
  const { error, facts } = await rig.until(rig.reports.seen("folderUnreadable"));
  assertEquals([error?.code, facts?.code], ["SFTP_PEER_UNREACHABLE", "SFTP_PEER_UNREACHABLE"]);
  await peer.start();
  await rig.until(rig.intake.gotten(1));
  assertEquals(rig.intake.texts, ["patient"]);
});

Deno.test("sftp tells the fingerprint of a server nobody knows", async () => {
  await using peer = await SshPeer.start();
  await using rig = await watch({ hostKeys: [] }, { peer });
  const { error } = await rig.until(rig.reports.seen("folderUnreadable"));
  assertEquals(error?.code, "SFTP_HOSTKEY_UNKNOWN");
  assertEquals(error?.facts.fingerprint, fingerprint(keys.ed25519.public));
});

Deno.test("sftp reads on where it was when the connection breaks within a file", async () => {
  await using rig = await watch();
  const text = "0123456789".repeat(200_000);
  await rig.peer.folder.write("large.hl7", text);
  let reads = 0;
  rig.peer.manners.heeds = (request) => {
    if (request === "READ" && ++reads === 30) rig.peer.cut();
    return true;
  };
  await rig.until(rig.intake.gotten(1));
  assertEquals(rig.intake.texts[0].length, text.length);
  assert(rig.intake.texts[0] === text, "the bytes differ");
  assertEquals(rig.peer.signedIn, 2);
  const whole = Math.ceil(text.length / (31 * 1024));
  assert(reads < 2 * whole, `${reads} reads for ${whole} pieces: it began anew`);
});

Deno.test("sftp takes every file once, whatever breaks, and leaves none", async () => {
  await using rig = await watch({ readsAtOnce: 4 });
  const names = Array.from({ length: 40 }, (_, number) => `${String(number).padStart(2, "0")}.hl7`);
  for (const name of names) await rig.peer.folder.write(name, name);
  let requests = 0;
  rig.peer.manners.heeds = () => {
    if (++requests % 97 === 0) rig.peer.cut();
    return true;
  };
  const empty = async () => {
    while ((await rig.peer.folder.files()).length > 0) await turns();
  };
  await rig.until(empty());
  assertEquals([...new Set(rig.intake.texts)].toSorted(), names);
  assertEquals((await rig.peer.folder.files("done")).length, names.length);
});

Deno.test("sftp leaves a file where it is while the channel cannot take it", async () => {
  await using rig = await watch();
  const full = new MitralError("KIT_JOURNAL_FULL", { blame: "operator", retry: "later", says: "Cannot" });
  rig.intake.reply = () => failedInSilence(full);
  await rig.peer.folder.write("a.hl7", "patient");
  await rig.until(rig.intake.gotten(2));
  assertEquals(await rig.peer.folder.files(), ["a.hl7"]);
});

Deno.test("sftp closes its connection between two looks where it is not to be kept", async () => {
  await using rig = await watch({ keepMs: 0 });
  await rig.looks(3);
  assert(rig.peer.signedIn >= 3, `${rig.peer.signedIn} connections for three looks`);
});

Deno.test("sftp does not start with a key that is none, or a folder that is its own archive", async () => {
  await using peer = await SshPeer.start();
  assertEquals((await errorOf(watch({ doneFolder: "/sub/.." }, { peer }))).code, "SFTP_FOLDER_SAME");
});

Deno.test("sftp stops although its server does not answer", async () => {
  await using rig = await watch();
  await rig.looks(1);
  const asked = Promise.withResolvers<void>();
  rig.peer.manners.heeds = () => {
    asked.resolve();
    return false;
  };
  await rig.until(asked.promise);
  await rig.listening[Symbol.asyncDispose]();
});
