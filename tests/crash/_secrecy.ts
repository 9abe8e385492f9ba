import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { secrets } from "../../examples/hospital_to_lab/messages.ts";
import { countIn, type Tap } from "../../examples/_kit/tap.ts";
import type { Site } from "../../examples/_kit/site.ts";
import { type KeyKind, openHalf } from "../../runtime/trust/_sealed_half.ts";
import { readMasterKey } from "../../runtime/trust/master_key.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import type { Topology } from "../../examples/hospital_to_lab/topology.ts";

/** Fails where a gateway's log, its metrics, its data or the wire tell who the patients are, or a key left its file. */
export async function assertSecrecy({ hospital, lab, ports }: Topology, wire: Tap): Promise<void> {
  assert(wire.bytes > 0);
  assertEquals(wire.count(secrets), 0, "the wire between the gateways tells a secret");
  for (const [site, port] of [[hospital, ports.hospitalMonitor], [lab, ports.labMonitor]] as const) {
    await assertQuietLog(site.log);
    await assertQuietMonitor(port);
    const data = join(site.folder, "data");
    assertEquals((await Deno.stat(data)).mode! & 0o777, 0o700);
    for (const path of await filesUnder(data)) {
      assertEquals(countIn([await Deno.readFile(path)], secrets), 0, `${path} tells a secret`);
    }
  }
  const keys = [...await privateKeys(hospital), ...await privateKeys(lab)];
  assertEquals(keys.length, 10);
  assertEquals(wire.count(keys), 0);
  for (const path of await filesUnder(join(hospital.folder, ".."))) {
    if (path.endsWith("/master.key")) continue;
    assertEquals(countIn([await Deno.readFile(path)], keys), 0, `${path} holds a private key`);
  }
}

/** Fails where a log tells who the patients are. */
export async function assertQuietLog(path: string): Promise<void> {
  const log = await Deno.readFile(path);
  assertStringIncludes(new TextDecoder().decode(log), "gatewayStarted");
  assertEquals(countIn([log], secrets), 0, `${path} tells a secret`);
}

async function assertQuietMonitor(port: number): Promise<void> {
  for (const page of ["metrics", "health", "ready"]) {
    const response = await fetch(`http://127.0.0.1:${port}/${page}`);
    const bytes = await response.bytes();
    assert(bytes.length > 0);
    assertEquals(countIn([bytes], secrets), 0, `/${page} tells a secret`);
  }
}

/** Of a gateway: its master key, and the private halves of its root, signing, encryption and relay keys. */
async function privateKeys({ folder }: Site): Promise<string[]> {
  const { gateway, root, signing, encryption, relay } = JSON.parse(
    await Deno.readTextFile(join(folder, "keys/gateway.json")),
  );
  const masterKey = await readMasterKey(denoWorld.disk, join(folder, "master.key"));
  const sealed: [KeyKind, { kid: string; sealed: string }][] = [
    ["root", root],
    ["signing", signing[0]],
    ["encryption", encryption[0]],
    ["relay", relay],
  ];
  const halves = await Promise.all(
    sealed.map(([kind, { kid: keyId, sealed: half }]) =>
      openHalf(masterKey, { gateway, kind, keyId }, Uint8Array.fromBase64(half, { alphabet: "base64url" }))
    ),
  );
  const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  return [masterKey.bytes.toBase64(), ...halves.map(base64url)];
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const nested = await Promise.all(entries.map(({ name, isDirectory, isFile }) => {
    const path = join(folder, name);
    return isDirectory ? filesUnder(path) : isFile ? [path] : [];
  }));
  return nested.flat();
}
