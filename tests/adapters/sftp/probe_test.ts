import { assertEquals, assertStringIncludes } from "@std/assert";
import listener from "../../../adapters/sftp/listener.ts";
import sender from "../../../adapters/sftp/sender.ts";
import { noPartners, type ProbeTools } from "../../../runtime/contract/adapter.ts";
import { errorTable, type Fault } from "../../../runtime/contract/error.ts";
import type { Probe, ProbeResult } from "../../../runtime/contract/probe.ts";
import { type ConfigInput, secretOf, type Spec } from "../../../runtime/contract/spec.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { configOf } from "../../world/tools.ts";
import { keys, SshPeer } from "./ssh_peer.ts";

interface Probed<S extends Spec, Code extends string> {
  readonly config: S;
  readonly errors: Readonly<Record<Code, Fault>>;
  probe?(tools: ProbeTools<S, Code>): Probe;
}

async function probed<S extends Spec, Code extends string>(
  spec: Probed<S, Code>,
  given: ConfigInput<S>,
): Promise<ProbeResult[]> {
  const { error, fail } = errorTable("sftp", spec.errors);
  return await Array.fromAsync(spec.probe!({
    config: configOf(spec.config, given),
    world: denoWorld,
    partners: noPartners,
    isRunning: false,
    error,
    fail,
    report: () => {},
    signal: new AbortController().signal,
  }));
}

const stepsOf = (results: readonly ProbeResult[]) => results.map(({ step }) => step);

Deno.test("a connection test of a listener goes as far as the files, and takes none", async () => {
  await using peer = await SshPeer.start();
  await peer.folder.write("a.hl7", "x");
  await peer.folder.write("b.part", "x");
  const results = await probed(listener, { ...peer.config, path: "/", host: "localhost" });
  assertEquals(stepsOf(results), ["name", "connection", "sign-in", "folder", "exchange"]);
  assertStringIncludes(results[3].says, "1 file");
  assertEquals(results.filter(({ error }) => error), []);
  assertEquals(await peer.folder.files(), ["a.hl7", "b.part"]);
});

Deno.test("a connection test of a sender goes as far as the folder, and writes nothing", async () => {
  await using peer = await SshPeer.start();
  assertEquals(stepsOf(await probed(sender, { ...peer.config, path: "/" })), [
    "connection",
    "sign-in",
    "folder",
    "exchange",
  ]);
  const missing = (await probed(sender, { ...peer.config, path: "/in" })).at(-1)!;
  assertEquals([missing.step, missing.error?.code], ["folder", "SFTP_FOLDER_MISSING"]);
  const made = await probed(sender, { ...peer.config, path: "/in", makeFolders: true });
  assertStringIncludes(made[2].says, "is made");
  assertEquals(await Array.fromAsync(Deno.readDir(peer.folder.path)), []);
});

Deno.test("a connection test ends with what is wrong", async () => {
  await using peer = await SshPeer.start();
  const cases = [
    [{ hostKeys: [] }, "sign-in", "SFTP_HOSTKEY_UNKNOWN"],
    [{ key: secretOf(keys.other.private) }, "sign-in", "SFTP_SIGNIN_REFUSED"],
    [{ host: "nobody.invalid" }, "name", "SFTP_HOST_UNKNOWN"],
    [{ path: "/nothing" }, "folder", "SFTP_FOLDER_UNREADABLE"],
  ] as const;
  for (const [given, step, code] of cases) {
    const last = (await probed(listener, { ...peer.config, path: "/", ...given })).at(-1)!;
    assertEquals([last.step, last.error?.code], [step, code]);
  }
  await peer.stop();
  const last = (await probed(listener, { ...peer.config, path: "/" })).at(-1)!;
  assertEquals([last.step, last.error?.code], ["connection", "SFTP_PEER_UNREACHABLE"]);
});

Deno.test("a connection test through another host begins there", async () => {
  await using hop = await SshPeer.start();
  await using peer = await SshPeer.start();
  const results = await probed(sender, { ...peer.config, path: "/", via: hop.config });
  assertEquals(stepsOf(results), ["connection", "sign-in", "folder", "exchange"]);
  assertStringIncludes(results[1].says, "by way of 127.0.0.1");
});
