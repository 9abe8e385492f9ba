import { assertEquals } from "@std/assert";
import { Gateway, type GatewayEvent } from "mitral";
import { join } from "node:path";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { faultyDisk, platformError } from "../adapters/file/faulty_disk.ts";
import { bytesOf, hl7 } from "./_messages.ts";
import { assertDeclared, PATIENT } from "./_reference.ts";
import { Folder, gatewayOf, Site } from "./_site.ts";

const listen = { file: { path: "./in", everyMs: 10, settleMs: 0, fileBytesMax: 1_000 } };

async function openWatching(parse: unknown = "hl7v2", listening = {}, world = denoWorld): Promise<Site> {
  const folder = await Folder.make();
  await Deno.mkdir(folder.at("in"));
  return await Site.open(gatewayOf({ ...listen, ...listening }, parse), folder, world);
}

/** Puts a bad file and a good one into the watched folder. When the good one is delivered, the bad one is put away. */
async function putBoth(site: Site, bad: string | Uint8Array): Promise<void> {
  const good = hl7("GOOD");
  await site.folder.write(join("in", "1.hl7"), bad);
  await site.folder.write(join("in", "2.hl7"), good);
  await site.assertDelivered(bytesOf(good));
}

Deno.test("a watched file that cannot be read is left alone and told by code, and others go on", async () => {
  const name = `${PATIENT}.hl7`;
  const disk = faultyDisk({
    read(file) {
      if (file === name) throw platformError("EACCES");
    },
  });
  await using site = await openWatching("hl7v2", {}, { ...denoWorld, disk });
  await site.folder.write(join("in", name), hl7("BAD"));
  const { facts } = await site.seen("transportReported", ({ event }) => event === "fileUnreadable");
  assertEquals([facts.code, facts.reason], ["FILE_READ_FAILED", "EACCES"]);
  await assertDeclared({
    code: String(facts.code),
    says: `Cannot read file: the system refuses (${facts.reason})`,
  });

  await site.folder.write(join("in", "good.hl7"), hl7("GOOD"));
  await site.assertDelivered(bytesOf(hl7("GOOD")));
  assertEquals(await Deno.readFile(site.folder.at("in", name)), bytesOf(hl7("BAD")));
  assertEquals(await site.quarantine(), []);
});

Deno.test("a watched file that is no message is kept, and moved to the folder for refused files", async () => {
  await using site = await openWatching();
  await putBoth(site, PATIENT);
  await site.assertKept(bytesOf(PATIENT), "HL7V2_HEADER_MISSING");
  assertEquals(await Deno.readFile(site.folder.at("in", "failed", "1.hl7")), bytesOf(PATIENT));
});

Deno.test("a watched file of a type not in accept is kept, and moved to the folder for refused files", async () => {
  const bad = hl7("BAD", "ORU^R01");
  await using site = await openWatching({ hl7v2: { accept: ["ADT"] } }, { acknowledge: "processed" });
  await putBoth(site, bad);
  await site.assertKept(bytesOf(bad), "HL7V2_TYPE_UNSUPPORTED");
  assertEquals(await Deno.readFile(site.folder.at("in", "failed", "1.hl7")), bytesOf(bad));
});

Deno.test("a watched file over messageBytesMax is kept, and moved to the folder for refused files", async () => {
  const bad = hl7("BAD") + `NTE|1||${"x".repeat(500)}\r`;
  await using site = await openWatching("hl7v2", { messageBytesMax: 500 });
  await putBoth(site, bad);
  await site.assertKept(bytesOf(bad), "ENGINE_MESSAGE_TOO_LARGE");
  assertEquals(await Deno.readFile(site.folder.at("in", "failed", "1.hl7")), bytesOf(bad));
});

Deno.test("a watched file over fileBytesMax is noted unread, and moved to the folder for refused files", async () => {
  const bad = hl7("BAD") + `NTE|1||${"x".repeat(2_000)}\r`;
  await using site = await openWatching();
  await putBoth(site, bad);
  await site.assertKept(new Uint8Array(), "FILE_SIZE_EXCESSIVE");
  assertEquals(await Deno.readFile(site.folder.at("in", "failed", "1.hl7")), bytesOf(bad));
});

Deno.test("a watched folder that is not there is named, and the gateway runs without that channel", async () => {
  await using folder = await Folder.make();
  const codes: string[] = [];
  const observer = (event: GatewayEvent) => event.name === "channelFailed" && codes.push(event.error.code);
  await using gateway = await Gateway.open(gatewayOf(listen), { folder: folder.path, observer });
  assertEquals([codes, gateway.snapshot().ready], [["FILE_FOLDER_UNREADABLE"], false]);
});
