/** The script that HylaFAX calls, run by a shell as HylaFAX runs it, and what the `file` listener makes of what it leaves. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { faxArrivalOf } from "../../runtime/contract/fax_arrival.ts";
import { hookScript } from "../../runtime/console/cli/fax/hook_script.ts";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { watch } from "../adapters/file/watch.ts";
import { Folder } from "../adapters/file/folder.ts";
import { run, withFolder } from "../runtime/console/console_kit.ts";
import { requirePeer } from "./_peers.ts";

const shells = { dash: await requirePeer("dash"), bash: await requirePeer("bash") };
type Shell = keyof typeof shells;

/** As in HylaFAX's spool: it runs there, and names the file from there. */
async function spool(): Promise<Folder> {
  const folder = await Folder.make();
  await Deno.mkdir(folder.at("recvq"));
  await folder.write("recvq/fax000000012.tif", new Uint8Array([0x49, 0x49, 0x2a, 0]));
  return folder;
}

function test(shell: Shell, sentence: string, run: () => Promise<void>) {
  Deno.test({ name: `hylafax: ${sentence}`, ignore: shells[shell].missing, fn: run });
}

async function call(at: Folder, into: string, args: readonly string[], shell: Shell = "dash") {
  await at.write("hook", hookScript(into));
  const { code, stderr } = await shells[shell].command(["hook", ...args], { cwd: at.path }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

for (const shell of ["dash", "bash"] as const) {
  test(shell, `a fax goes from its queue into a channel, with ${shell}`, async () => {
    await using rig = await watch({}, {
      pattern: "*.tif",
      settleMs: 0,
      sidecar: { extension: ".json", provider: "hylafax" },
    });
    await using queue = await spool();
    const args = [
      "recvq/fax000000012.tif",
      "ttyS1",
      "000000024",
      "",
      "+12175550142",
      "HARBOUR CLINIC",
      "0100",
    ];
    assertEquals(await call(queue, rig.folder.path, args, shell), { code: 0, said: "" });
    assertEquals(await rig.folder.files(), ["000000024-fax000000012.tif", "000000024-fax000000012.tif.json"]);
    await rig.rounds(2);
    assertEquals(rig.intake.received[0].bytes, new Uint8Array([0x49, 0x49, 0x2a, 0]));
    const { receivedAtMs, ...arrival } = faxArrivalOf(rig.intake.received[0].contentType!)!;
    assertEquals(arrival, { provider: "hylafax", faxId: "000000024", from: "+12175550142", to: "0100" });
    assert(receivedAtMs! > Date.UTC(2020), `received at ${receivedAtMs}`);
    assertEquals(await queue.files("recvq"), ["fax000000012.tif"]);
  });
}

test("dash", "what a caller sends is data, whatever it looks like", async () => {
  await using queue = await spool();
  await using out = await Folder.make();
  const into = out.at("it's $(touch hit) a `folder`");
  await Deno.mkdir(into);
  const from = `"; $(touch hit) \`touch hit\` \\ ' \n\t%s%n {"id":"x"}`;
  const args = ["recvq/fax000000012.tif", 'tty"S1', "../$(touch hit)24", "no carrier: 100%", from];
  assertEquals(await call(queue, into, args), { code: 0, said: "" });
  const [image, sidecar, ...more] = (await Array.fromAsync(Deno.readDir(into))).map(({ name }) => name)
    .sort();
  assertEquals([image, sidecar, more], [
    "touchhit24-fax000000012.tif",
    "touchhit24-fax000000012.tif.json",
    [],
  ]);
  const { receivedAt: _, ...facts } = JSON.parse(await Deno.readTextFile(join(into, sidecar)));
  assertEquals(facts, {
    id: "../$(touch hit)24",
    from: from.replace(/[\n\t]/g, " "),
    to: "",
    error: "no carrier: 100%",
    device: 'tty"S1',
  });
  assertEquals([await queue.has("hit"), await out.has("hit")], [false, false]);
});

test("dash", "a call without a page leaves nothing, and one that fails leaves nothing half", async () => {
  await using queue = await spool();
  await using out = await Folder.make();
  const args = ["recvq/none.tif", "ttyS1", "25", "no answer"];
  assertEquals((await call(queue, out.path, args)).code, 0);
  assertEquals((await call(queue, out.path, args.slice(1))).code, 64);
  const missing = await call(queue, out.at("missing"), ["recvq/fax000000012.tif", ...args.slice(1)]);
  assert(missing.code !== 0 && missing.said !== "", "nobody is told");
  assertEquals(await out.files(), []);
});

test("dash", "a fax that is handed over again takes the place of its copy", async () => {
  await using queue = await spool();
  await using out = await Folder.make();
  const args = ["recvq/fax000000012.tif", "ttyS1", "24", ""];
  await call(queue, out.path, args);
  await call(queue, out.path, args);
  assertEquals((await out.files()).length, 2);
});

Deno.test("mitral fax hook writes the script, ready to be run, for an absolute folder", () =>
  withFolder(async (cwd) => {
    const shown = await run(["fax", "hook", "in"], { cwd });
    assertEquals([shown.code, shown.out], [exitCodes.ok, hookScript(join(cwd, "in"))]);
    assertEquals((await run(["fax", "hook", "in", "--out", "bin/hook"], { cwd })).code, exitCodes.ok);
    const { mode } = await Deno.stat(join(cwd, "bin", "hook"));
    assertEquals([await Deno.readTextFile(join(cwd, "bin", "hook")), mode! & 0o777], [shown.out, 0o755]);
    assertEquals((await run(["fax", "hook", "in", "--out", "bin/hook"], { cwd })).code, exitCodes.cannot);
  }));
