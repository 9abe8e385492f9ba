import { assertEquals } from "@std/assert";
import { unfitInbox } from "../../../adapters/_kit/files/inbox_spec.ts";
import listener from "../../../adapters/file/listener.ts";
import { faxArrivalOf } from "../../../runtime/contract/fax_arrival.ts";
import { configOf } from "../../world/tools.ts";
import { type Watch, watch } from "./watch.ts";

const hook = { extension: ".json", provider: "hylafax" };
const json = '{"id":"000000024","from":"+12175550142","receivedAt":1767960060000,"device":"ttyS1"}';
const arrivalOf = (rig: Watch, at = 0) => faxArrivalOf(rig.intake.received[at]?.contentType ?? "");

Deno.test("file takes a fax with what its sidecar says, and puts both away", async () => {
  await using rig = await watch({ "fax1.tif": "II*", "fax1.tif.json": json }, { settleMs: 0, sidecar: hook });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["II*"]);
  assertEquals(rig.intake.received[0].contentType?.split(";")[0], "image/tiff");
  assertEquals(arrivalOf(rig), {
    provider: "hylafax",
    faxId: "000000024",
    from: "+12175550142",
    receivedAtMs: 1_767_960_060_000,
  });
  assertEquals(await rig.folder.files("done"), ["fax1.tif", "fax1.tif.json"]);
  assertEquals(await rig.folder.files(), []);
});

Deno.test("file reads facts at paths of XML, attributes too, in a sidecar with another ending", async () => {
  const sidecar = {
    extension: ".xml",
    provider: "rightfax",
    id: "/Fax/@UniqueID",
    from: "/Fax/Remote/Number",
    to: "/Fax/DID",
    pages: "/Fax/Pages",
    error: "/Fax/Error",
  };
  const xml = `\ufeff<?xml version="1.0"?><!-- sent by a machine -->
<rf:Fax xmlns:rf="urn:made-up" UniqueID="ABC&#45;1"><rf:Remote><rf:Number> +1 217 555 0142 </rf:Number></rf:Remote>
<rf:DID><![CDATA[0100]]></rf:DID><rf:Pages>3</rf:Pages><rf:Error/></rf:Fax>`;
  await using rig = await watch({ "a.pdf": "%PDF-", "a.xml": xml }, {
    settleMs: 0,
    sidecar,
    after: "delete",
  });
  await rig.rounds(1);
  assertEquals(rig.intake.received[0].contentType?.split(";")[0], "application/pdf");
  assertEquals(arrivalOf(rig), {
    provider: "rightfax",
    faxId: "ABC-1",
    from: "+1 217 555 0142",
    to: "0100",
    pages: 3,
  });
  assertEquals(await rig.folder.files(), []);
  assertEquals(await rig.folder.has("done", "a.xml"), false);
});

Deno.test("file waits for a sidecar, and for it to be whole", async () => {
  await using rig = await watch({ "a.tif": "II*" }, {
    settleMs: 2_000,
    sidecar: { ...hook, waitMs: 600_000 },
  });
  await rig.rounds(5);
  assertEquals(rig.intake.received.length, 0);
  await rig.folder.write("a.json", json.slice(0, 20), 1_000_000);
  await rig.rounds(2);
  await rig.folder.write("a.json", json, 2_000_000);
  await rig.rounds(2);
  assertEquals(rig.intake.received.length, 0);
  await rig.rounds(1);
  assertEquals(arrivalOf(rig)?.faxId, "000000024");
});

Deno.test("file takes a fax without a sidecar after waitMs, and types it by its name", async () => {
  await using rig = await watch({ "a.TIFF": "II*" }, { settleMs: 0, sidecar: { ...hook, waitMs: 10_000 } });
  await rig.rounds(9);
  assertEquals(rig.intake.received.length, 0);
  await rig.rounds(1);
  assertEquals(rig.intake.received[0].contentType, "image/tiff");
  assertEquals(rig.reports.count("sidecarMissing"), 1);
});

Deno.test("file loses no fax to a sidecar that is broken, and says so by code", async () => {
  for (
    const broken of [
      "{",
      "<Fax><From>",
      "",
      "x".repeat(1_100_000),
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ]
  ) {
    const files = { "a.tif": "II*", "a.json": broken };
    await using rig = await watch(files, { settleMs: 0, sidecar: { ...hook, waitMs: 1_000 } });
    await rig.rounds(2);
    assertEquals(rig.intake.texts, ["II*"]);
    assertEquals(rig.intake.received[0].contentType, "image/tiff");
    const codes = rig.reports.events.flatMap(({ error }) => error?.code ?? []);
    assertEquals(codes, broken === "" ? [] : ["FILE_SIDECAR_UNREADABLE"]);
    assertEquals(await rig.folder.files("done"), broken === "" ? ["a.tif"] : ["a.json", "a.tif"]);
  }
});

Deno.test("file takes no sidecar for a message, and names a fax by its file where nothing else does", async () => {
  const files = { "b.tif": "II*", "b.json": '{"from":"+1"}', "lonely.json": json };
  await using rig = await watch(files, { settleMs: 0, sidecar: hook });
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["II*"]);
  assertEquals(arrivalOf(rig), { provider: "hylafax", faxId: "b.tif", from: "+1" });
  assertEquals(await rig.folder.files(), ["lonely.json"]);
});

Deno.test("file puts a fax that is refused away with its sidecar", async () => {
  const files = { "a.tif": "far too large", "a.json": json };
  await using rig = await watch(files, { settleMs: 0, sidecar: hook, fileBytesMax: 3 });
  await rig.rounds(1);
  assertEquals(await rig.folder.files("failed"), ["a.json", "a.tif"]);
});

Deno.test("file refuses a sidecar that has the ending of the marker", () => {
  const config = configOf(listener.config, { path: "/in", marker: ".json", sidecar: hook });
  assertEquals(unfitInbox(config).map(({ setting }) => setting), ["sidecar"]);
});
