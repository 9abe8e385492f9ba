import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { requirePeer } from "../interop/_peers.ts";
import { cache, Clone, ROOT } from "./_clone.ts";
import { stepsOf } from "./_page.ts";
import { Ports } from "./_ports.ts";
import { Background, Shell } from "./_terminal.ts";

const page = await Deno.readTextFile(new URL("../../docs/guide/edge_box.md", import.meta.url));
const MESSAGE =
  "MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|0001|P|2.5\rPID|1||4711^^^ST E||Doe^Ann\r";

/** A file of the page, by its name. */
function fileOf(name: string): string {
  const step = stepsOf(page).find((step) => step.does === "write" && step.file.endsWith(name));
  assert(step?.does === "write", `the page has no ${name}`);
  return step.text;
}

/** What the unit runs, in one line. */
function commandOf(unit: string): string {
  return /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit)![1].replace(/\\\n\s*/g, "");
}

Deno.test("the unit's permissions are enough to run the page's gateway, without a network", async () => {
  const ports = new Ports(page, 6000);
  await using clone = await Clone.make(ports);
  /** The page's folders, as they are here. */
  const here = (text: string) =>
    ports.real(text)
      .replaceAll("/opt/mitral/current/deno ", "deno ")
      .replaceAll("/opt/mitral/current/app/", ROOT)
      .replaceAll("/opt/mitral", ROOT)
      .replaceAll("/run/credentials/mitral.service", `${clone.folder}/credentials`)
      .replace(/\/(?=(?:etc|var\/lib)\/mitral)/g, `${clone.folder}/`)
      // The EHR is on this machine.
      .replaceAll("ehr.local:", "127.0.0.1:").replaceAll("ehr.local", "127.0.0.1");
  await using shell = new Shell(clone);
  const made = await shell.run(
    "mkdir -p etc/mitral/partners var/lib/mitral\n" +
      "deno task mitral keys master credentials/mitral-master-key\n" +
      "deno task mitral keys init --name st-elsewhere --out credentials " +
      "--master credentials/mitral-master-key\n" +
      "deno task mitral keys master registry.key\n" +
      "deno task mitral keys init --name registry --out registry --master registry.key\n" +
      "cp registry/registry.partner.json etc/mitral/partners/registry.json\n",
  );
  assertEquals(made.code, 0, made.printed);
  await clone.write("etc/mitral/gateway.yaml", here(fileOf("gateway.yaml")));
  await clone.write("result.hl7", MESSAGE);
  const [, port] = /host: 0\.0\.0\.0, port: (\d+)/.exec(ports.real(page))!;
  const [, ehr] = /ehr\.local, port: (\d+)/.exec(ports.real(page))!;

  const command = here(commandOf(fileOf("mitral.service")));
  const environment = `HTTPS_PROXY=http://127.0.0.1:9 CREDENTIALS_DIRECTORY=${clone.folder}/credentials`;
  await using gateway = new Background(`env ${environment} ${command}`, clone);
  assert(await gateway.output.until((text) => /^ready st-elsewhere$/m.test(text)), gateway.output.text);
  await using peer = new Background(`deno task mitral sink 127.0.0.1:${ehr} --count 1`, clone);
  assert(await peer.output.until((text) => text.includes("listening on")), peer.output.text);
  const { code, printed } = await shell.run(`deno task mitral send 127.0.0.1:${port} result.hl7`);
  assertEquals(code, 0, printed);
  assert(await peer.output.until((text) => text.includes("took 1 message")), peer.output.text);
  assertEquals(await gateway.interrupt(), 0, gateway.output.text);
  assertStringIncludes(gateway.output.text, "gatewayStopped");
});

Deno.test("the unit stops later than a gateway drains, and leaves Deno its compiler", () => {
  const unit = fileOf("mitral.service");
  assert(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1]) > 30);
  assert(!unit.includes("MemoryDenyWriteExecute"));
  assertMatch(unit, /^SystemCallFilter=@system-service @pkey$/m);
});

const systemd = await requirePeer("systemd");

Deno.test({
  name: "systemd understands the unit, and finds it well closed",
  ignore: systemd.missing,
  fn: () =>
    inFolder(async (folder) => {
      const file = `${folder}/mitral.service`;
      await Deno.writeTextFile(
        file,
        fileOf("mitral.service").replace("/opt/mitral/current/deno", Deno.execPath()),
      );
      const verified = await output("systemd-analyze", "verify", file);
      assertEquals([verified.code, verified.text.includes("mitral.service")], [0, false], verified.text);
      const security = ["security", "--offline=true", "--threshold=20"];
      const { code, text } = await output("systemd-analyze", ...security, file);
      assertEquals(code, 0, text);
    }),
});

/** Runs the script that makes a box; with `args` it follows the page on it. */
async function onBox(
  folder: string,
  ...args: string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const script = fileURLToPath(new URL("./_box.sh", import.meta.url));
  try {
    return await output("unshare", "--mount", "--net", "--pid", "--fork", "bash", script, folder, ...args);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return { code: 1, text: cause.message };
    throw cause;
  }
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const canBeBox = (await inFolder((folder) => onBox(folder))).code === 0;
if (!canBeBox) console.warn("SKIP: no mounts and no network of one's own");

Deno.test({
  name: "a release is packed, put on a box, started as a unit, looked at, and upgraded as the page says",
  ignore: !canBeBox,
  fn: () =>
    inFolder(async (folder) => {
      const blocks = [...page.matchAll(/<!-- not run: [^>]*-->\n\n```sh\n([^]*?)```/g)].map(([, block]) =>
        block
      );
      for (const [at, name] of ["pack", "place", "start", "look", "upgrade"].entries()) {
        await Deno.writeTextFile(`${folder}/${name}.sh`, blocks[at]);
      }
      for (const file of ["etc/mitral/gateway.yaml", "etc/systemd/system/mitral.service"]) {
        const path = `${folder}/${file}`;
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeTextFile(path, fileOf(basename(file)));
      }
      const { code, text } = await onBox(folder, cache, ROOT, Deno.execPath());
      assertEquals(code, 0, text);
      const [, looked, upgraded] = text.split(/^== (?:look|upgrade)$/m);
      assertMatch(looked, /^st-elsewhere ready since/m);
      assertStringIncludes(looked, '{"gateway":"st-elsewhere","ready":true');
      assertMatch(looked, /^ready st-elsewhere$/m);
      assertMatch(upgraded, /^st-elsewhere ready since[^]*^\/opt\/mitral\/0\.2\.0\ndata\ndata-0\.1\.0\n/m);
    }),
});

async function output(
  program: string,
  ...args: string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, env: { NO_COLOR: "1" } }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
