import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fieldsOf } from "../../examples/demo/mllp.ts";
import { GatewayProcess, projectFolder } from "../../examples/demo/process.ts";
import { inFolder, Program } from "./_program.ts";

const examples = join(projectFolder, "examples");

const service = ["run", "-P", "examples/embedded_in_hono/main.ts", "--port", "0"];

Deno.test("the service with a gateway inside turns JSON into HL7, and shows what came of it", async () => {
  await using program = new Program([...service, "--once"]);
  assertEquals(await program.ended(), 0, program.err);
  const { out } = program;
  assertMatch(out, /^POST \/integration\/patients 200 \{"status":"AA","message":"\w+"\}$/m);
  assertMatch(out, /^ {2}MSH\|\^~\\&\|SERVICE\|.*\|ADT\^A04\^ADT_A01\|/m);
  assertMatch(out, /^ {2}PID\|\|\|4711\|\|Doe\^Ann$/m);
  const [, outcomes] = /^GET \/outcomes 200 (.*)$/m.exec(out)!;
  const [{ kind, channel, destination }] = JSON.parse(outcomes);
  assertEquals([kind, channel, destination], ["delivered", "patients", "ehr"]);
  assertMatch(
    out,
    /^GET \/integration\/health 200 \{"gateway":"service","healthy":true,"journal":"open"\}$/m,
  );
});

Deno.test("the service with a gateway inside goes on until it is told, and ends in order", () =>
  inFolder(async (dir) => {
    await using program = new Program([...service, "--dir", dir]);
    const [, url] = await program.printed(/^service +(\S+)$/m);
    await program.printed(/Ctrl-C/);
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, at) => {
      const body = JSON.stringify({ mrn: `${at}`, family: "Doe", given: "Ann" });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/integration/patients`, { method: "POST", headers, body });
      return (await response.json()).status;
    }));
    assertEquals(answers, new Array(20).fill("AA"));
    const outcomes: { kind: string }[] = await (await fetch(`${url}/outcomes`)).json();
    assertEquals(outcomes.map(({ kind }) => kind), new Array(20).fill("delivered"));
    program.interrupt("SIGTERM");
    assertEquals(await program.ended(), 0, program.err);
  }));

Deno.test("the stream pipeline masks names and leaves the rest as it was", async () => {
  const path = "examples/demo/messages/adt_a01.hl7";
  await using program = new Program(["run", "-P", "examples/transformer/main.ts", path]);
  assertEquals(await program.ended(), 0, program.err);
  const received = await Deno.readTextFile(join(projectFolder, path));
  assertEquals(program.out, received.replace("||Doe^Jane|", "||D**^J***|") + "\n");
});

Deno.test("the file drop takes abnormal results out of one folder and leaves them in another", () =>
  inFolder(async (folder) => {
    for (const name of ["inbox", "outbox"]) await Deno.mkdir(join(folder, name));
    await Deno.copyFile(join(examples, "file_drop/gateway.yaml"), join(folder, "gateway.yaml"));
    const outbox = Deno.watchFs(join(folder, "outbox"));
    const gateway = await GatewayProcess.start({
      name: "file-drop",
      file: join(folder, "gateway.yaml"),
      log: join(folder, "gateway.log"),
    });
    try {
      for (const name of ["adt_a01.hl7", "oru_r01.hl7", "mdm_t02.hl7"]) {
        await Deno.copyFile(join(examples, "demo/messages", name), join(folder, "inbox", name));
      }
      const name = await firstResult(outbox, join(folder, "outbox"));
      assertMatch(name, /^ORU_\d+_[0-9a-f-]{36}\.hl7$/);
      const [header] = fieldsOf(await Deno.readFile(join(folder, "outbox", name)));
      assertEquals([header[5], header[6], header[9]], ["REGISTRY", "0042", "ORU^R01^ORU_R01"]);
    } finally {
      outbox.close();
      assertEquals(await gateway.stop(), 0);
    }
    assertStringIncludes(await Deno.readTextFile(join(folder, "gateway.log")), "gatewayStopped");
  }));

/** Name of the first whole file in a folder. */
async function firstResult(watcher: Deno.FsWatcher, folder: string): Promise<string> {
  for await (const _event of watcher) {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".hl7")) return name;
  }
  throw new Error("the watch ended");
}
