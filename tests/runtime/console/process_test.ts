import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../runtime/console/cli/exit_codes.ts";
import { writeMasterKey } from "../../world/master_key.ts";
import { withFolder } from "./console_kit.ts";

const program = new URL("../../../mod.ts", import.meta.url).pathname;

const file = `gateway: my-gateway
channels:
  inbox:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { files: { file: { path: ./outbox } } }
`;

/** The command line as a process of its own. */
function spawn(cwd: string, ...args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", program, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return command.spawn();
}

/** Reads until a line is printed that matches; then lets the rest run by. */
async function printed(output: ReadableStream<Uint8Array>, line: RegExp): Promise<void> {
  const lines = output.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of lines.values({ preventCancel: true })) {
    text += part;
    if (!text.split("\n").some((each) => line.test(each))) continue;
    lines.pipeTo(new WritableStream()).catch(() => {});
    return;
  }
  throw new Error(`${line} was never printed:\n${text}`);
}

/** Runs a command to its end; what it printed. */
async function runs(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await spawn(cwd, ...args).output();
  assertEquals(code, exitCodes.ok, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("console applies a changed gateway file by itself where it is told to watch it, mistakes included", () =>
  withFolder(async (cwd) => {
    const path = join(cwd, "gateway.yaml");
    const named = file.replace("path: ./outbox", "path: ${OUT}");
    await Deno.mkdir(join(cwd, "outbox"));
    await Deno.writeTextFile(join(cwd, "test.env"), "OUT=./outbox\n");
    await Deno.writeTextFile(path, named);
    await writeMasterKey(cwd);
    await using child = spawn(cwd, "run", "gateway.yaml", "--watch", "--env", "test.env");
    const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)];
    await out(/^ready my-gateway/);
    await Deno.writeTextFile(path, named.replace("parse: hl7v2", "parse: hl7v2\n    filter: MSH-9.1 ="));
    await err(/^gateway\.yaml:6:\d+ CONFIG_STEP_REFUSED/);
    await Deno.writeTextFile(path, named);
    await out(/^nothing differs/);
    await Deno.writeTextFile(path, named.replace("parse: hl7v2", "parse: hl7v2\n    filter: MSH-9.1 = ORU"));
    await out(/^channel inbox changed/);
    await out(/filter: \(none\) → MSH-9\.1 = ORU/);
    await Deno.writeTextFile(path, named.replace("parse: hl7v2", "parse: hl7v2\n    filter: MSH-9.1 ="));
    await err(/^gateway\.yaml:6:\d+ CONFIG_STEP_REFUSED/);
  }));

/** Waits for lines of an output, in order. */
function linesOf(output: ReadableStream<Uint8Array>): (line: RegExp) => Promise<void> {
  const lines = output.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  return async (line) => {
    for (;;) {
      const found = text.split("\n").findIndex((each) => line.test(each));
      if (found >= 0) {
        text = text.split("\n").slice(found + 1).join("\n");
        return;
      }
      const { value, done } = await lines.next();
      if (done) throw new Error(`${line} was never printed:\n${text}`);
      text += value;
    }
  };
}

/** Starts a gateway and waits until it is ready. */
async function startGateway(cwd: string): Promise<Deno.ChildProcess> {
  await writeMasterKey(cwd);
  const child = spawn(cwd, "run", "gateway.yaml");
  child.stderr.pipeTo(new WritableStream());
  await printed(child.stdout, /^ready my-gateway/);
  return child;
}

Deno.test("console ends the process with the exit code of the command", () =>
  withFolder(async (cwd) => {
    const { code, stdout, stderr } = await spawn(cwd, "status").output();
    assertEquals([code, stdout.length], [exitCodes.cannot, 0]);
    assertStringIncludes(new TextDecoder().decode(stderr), "CONTROL_GATEWAY_MISSING");
  }));

Deno.test("console does not mind a reader that has gone away", () =>
  withFolder(async (cwd) => {
    const child = spawn(cwd, "help");
    await child.stdout.cancel();
    assertEquals(await new Response(child.stderr).text(), "");
    assertEquals((await child.status).code, exitCodes.ok);
  }));

Deno.test("console drains the gateway on SIGTERM, and starts it again after kill -9", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file);
    await Deno.mkdir(join(cwd, "outbox"));
    const killed = await startGateway(cwd);
    killed.kill("SIGKILL");
    assertEquals((await killed.status).signal, "SIGKILL");
    const again = await startGateway(cwd);
    again.kill("SIGTERM");
    assertEquals((await again.status).code, exitCodes.ok);
  }));

Deno.test("console applies a changed file to a running process, rolls it back, and follows both", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file);
    await Deno.mkdir(join(cwd, "outbox"));
    const gateway = await startGateway(cwd);
    const tail = spawn(cwd, "tail");
    await printed(tail.stderr, /^following/);
    const stopped = printed(tail.stdout, /channel stopped +second/);
    const second = file.split("channels:\n")[1].replace("inbox", "second");
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file + second);
    assertStringIncludes(await runs(cwd, "plan", "gateway.yaml"), "channel second added");
    assertStringIncludes(await runs(cwd, "apply", "gateway.yaml"), "applied");
    const channels = async () =>
      JSON.parse(await runs(cwd, "status", "--json")).channels.map(({ name }: { name: string }) => name);
    assertEquals(await channels(), ["inbox", "second"]);
    assertStringIncludes(await runs(cwd, "apply", "--rollback"), "rolled back");
    assertEquals(await channels(), ["inbox"]);
    await stopped;
    tail.kill("SIGINT");
    assertEquals((await tail.status).code, exitCodes.ok);
    gateway.kill("SIGTERM");
    assertEquals((await gateway.status).code, exitCodes.ok);
  }));

Deno.test("console names the permission that Deno does not grant", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file);
    await writeMasterKey(cwd);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        program,
        "run",
        "gateway.yaml",
      ],
      cwd,
    }).output();
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(new TextDecoder().decode(stderr), "CONSOLE_PERMISSION_MISSING");
  }));
