import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { prove } from "../../runtime/console/control/audit.ts";
import { fingerprintOf } from "../../runtime/trust/partner_file.ts";
import { sendsTo, Site, takesFrom } from "../runtime/engine/exchange/exchange_rig.ts";
import { check, missing, writePack } from "./_evidence.ts";

/** No hash and no key, in hexadecimal or in Base64, says this by chance. */
const PATIENT = "Doe, Jane *1974-11-02*";

const by = { person: "ann", reason: "asked by the court" };

/** Two gateways that know each other, and a message that went from one to the other. */
async function exchanged(use: (north: Site, south: Site, roots: readonly string[]) => Promise<void>) {
  await using north = await Site.open("north");
  await using south = await Site.open("south");
  await north.introduceTo(south);
  await south.introduceTo(north);
  const feed = { partner: "north", feed: "orders" }, other = { partner: "north", feed: "strange" };
  await south.start(
    { inbox: takesFrom(feed), picky: takesFrom(other, { parse: "hl7v2" }) },
    { partners: ["north"] },
  );
  const local = { listen: { mllp: { port: 0 } }, parse: "json", send: { kept: { file: { path: "./out" } } } };
  await north.start(
    { orders: sendsTo("south"), strange: sendsTo("south"), local },
    { partners: ["south"] },
  );
  await north.gateway.inject("orders", JSON.stringify({ patient: PATIENT }));
  await south.seen("messageDelivered");
  await north.seen("messageDelivered");
  const roots = await Promise.all(
    [north, south].map(async ({ name, identity }) => `${name}=${await fingerprintOf(identity)}`),
  );
  await use(north, south, roots.flatMap((root) => ["--root", root]));
}

/** The id of the only message of a gateway. */
async function idAt({ gateway }: Site): Promise<string> {
  const [{ id }] = await gateway.archive.list({});
  return id;
}

function test(name: string, fn: (north: Site, south: Site, roots: readonly string[]) => Promise<void>) {
  Deno.test({ name, ignore: missing, fn: () => exchanged(fn) });
}

for (const where of ["sender", "receiver"] as const) {
  test(
    `an outsider finds proven what a whole gateway, the ${where}, tells of a message`,
    async (north, south, roots) => {
      const site = where === "sender" ? north : south;
      const proven = await prove(site.gateway, { id: await idAt(site), withoutPayload: false, by });
      const other = where === "sender" ? "south" : "north";
      assertEquals(proven!.witnesses.map(({ gateway }) => gateway), [other]);
      const folder = join(site.folder, "pack");
      await writePack(folder, proven!.files);
      const { code, out, err } = await check(folder, ...roots);
      assertEquals([code, err], [0, ""], out);
      assertStringIncludes(out, "north signed");
      assertStringIncludes(out, "south signed");
      assertStringIncludes(out, "that it has accepted");
      assertStringIncludes(out, `witnessed by ${other}`);
      assertStringIncludes(out, `is, to the byte, what ${site.name} received`);
    },
  );
}

test(
  "a pack without payload holds nothing of what the message says, and proves who signed its hash",
  async (north, south, roots) => {
    for (const site of [north, south]) {
      const proven = await prove(site.gateway, { id: await idAt(site), withoutPayload: true, by });
      for (const { name, bytes } of proven!.files) {
        assert(!new TextDecoder().decode(bytes).includes(PATIENT), name);
      }
      const folder = join(site.folder, "pack");
      await writePack(folder, proven!.files);
      const { code, out } = await check(folder, ...roots);
      assertEquals(code, 0, out);
      assertStringIncludes(out, "a payload that is not in the folder");
    }
  },
);

test("who has evidence made is in the ledger, and in the next pack", async (north, _south, roots) => {
  const id = await idAt(north);
  await prove(north.gateway, { id, withoutPayload: true, by });
  const proven = await prove(north.gateway, { id, withoutPayload: true, by });
  const folder = join(north.folder, "pack");
  await writePack(folder, proven!.files);
  const { code, out } = await check(folder, ...roots);
  assertEquals(code, 0, out);
  assertStringIncludes(out, "act exported as evidence ann");
});

test(
  "an outsider finds proven what a whole gateway received that nobody had sealed",
  async (north, _south, roots) => {
    await north.gateway.inject("local", '{"patient":4713}');
    const [{ id }] = await north.gateway.archive.list({ channel: "local" });
    const proven = await prove(north.gateway, { id, withoutPayload: false, by });
    const folder = join(north.folder, "pack");
    await writePack(folder, proven!.files);
    const { code, out } = await check(folder, ...roots);
    assertEquals(code, 0, out);
    assertStringIncludes(out, "the payload is, to the byte, what north received");
    assertStringIncludes(out, "nobody signed it");
  },
);

test("an outsider finds proven that a message was refused, at both ends", async (north, south, roots) => {
  await north.gateway.inject("strange", '{"patient":4714}');
  await north.seen("messageQuarantined");
  for (const [site, channel] of [[north, "strange"], [south, "picky"]] as const) {
    const [{ id }] = await site.gateway.archive.list({ channel });
    const proven = await prove(site.gateway, { id, withoutPayload: false, by });
    const folder = join(site.folder, "pack");
    await writePack(folder, proven!.files);
    const { code, out } = await check(folder, ...roots);
    assertEquals(code, 0, out);
    assertStringIncludes(out, "that it has rejected");
  }
});
