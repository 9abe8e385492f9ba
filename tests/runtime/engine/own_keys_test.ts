import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { createIdentity } from "../../../runtime/trust/identity.ts";
import { parsePrivateFile } from "../../../runtime/trust/private_file.ts";
import { masterKey } from "../../world/master_key.ts";
import { FakeEnvelope } from "./fake_envelope.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";

const LOOK_MS = 10_000;

/** A gateway with keys of its own in a folder, and a destination that seals. */
async function withKeys(use: (rig: GatewayRig, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig();
    await use(rig, join(folder, "gateway.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(file: string, gateway = "here"): Promise<void> {
  const nowMs = Date.UTC(2026, 0, 5);
  await Deno.writeFile(file, (await createIdentity({ gateway, nowMs, masterKey })).privateFile);
}

async function open(rig: GatewayRig, keys: string): Promise<void> {
  const envelope = new FakeEnvelope();
  const encrypt = { spec: envelope.spec, config: {}, to: ["the-north"], expiresMs: 1_000 };
  await rig.open([rig.channel("lab", [to("registry", new FakePeer(), { encrypt })])], { keys });
}

Deno.test("a gateway takes keys that were written over its own while it runs, and says so", () =>
  withKeys(async (rig, keys) => {
    await write(keys);
    await open(rig, keys);
    await Deno.writeTextFile(keys, "{}");
    await rig.clock.advance(LOOK_MS);
    const { error } = await rig.seen("keysTroubled");
    assertEquals(error.code, "IDENTITY_FILE_INVALID");
    await rig.clock.armed(LOOK_MS);
    await write(keys);
    await rig.clock.advance(LOOK_MS);
    const { serial } = await rig.seen("keysChanged");
    assertEquals(serial, parsePrivateFile(await Deno.readFile(keys), keys).serial);
  }));

Deno.test("a gateway whose keys lie in clear says so, and works", () =>
  withKeys(async (rig, keys) => {
    const old = await Deno.readTextFile(new URL("../trust/version_1/gateway.json", import.meta.url));
    await Deno.writeTextFile(keys, old.replace("old.example", "here"));
    await open(rig, keys);
    const { error } = await rig.seen("keysTroubled");
    assertEquals(error.code, "IDENTITY_FILE_UNSEALED");
  }));
