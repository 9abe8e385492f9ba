import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { fieldsOf } from "../../examples/_kit/mllp.ts";
import { GatewayProcess, projectFolder } from "../../examples/_kit/process.ts";
import { sendAll } from "../../examples/hospital_to_lab/sender.ts";
import { inFolder, Program } from "./_program.ts";

const examples = join(projectFolder, "examples");

Deno.test("the embedding service takes orders, counts them and ends in order", () =>
  inFolder(async (folder) => {
    await using program = new Program(["run", "-P", "examples/embed/main.ts", folder]);
    const [, url] = await program.printed(/^counts {2}(\S+)$/m);
    const [, port] = await program.printed(/^orders {2}\S+:(\d+) to/m);
    await program.printed(/Ctrl-C/);
    const messages = (await MessageMaker.open()).take(20);
    const orders = messages.filter(({ bytes }) => fieldsOf(bytes)[0][9].startsWith("ORM"));
    assert(orders.length > 0 && orders.length < messages.length);
    const codes: string[] = [];
    await sendAll(messages, {
      port: Number(port),
      lanes: 2,
      answered: ({ code }) => codes.push(code),
      unanswered: () => Promise.reject(new Error("no answer")),
    });
    assertEquals(codes.filter((code) => code[1] !== "A"), []);
    const { length } = orders;
    assertEquals(await countsOnceDone(url), {
      ready: true,
      received: 20,
      filtered: 20 - length,
      delivered: length,
    });
    program.interrupt("SIGTERM");
    assertEquals(await program.ended(), 0, program.err);
    const files = await Array.fromAsync(Deno.readDir(join(folder, "orders")), ({ name }) => name);
    assertEquals(files.length, length);
    for (const name of files) {
      const [header] = fieldsOf(await Deno.readFile(join(folder, "orders", name)));
      assertEquals(header[5], "ORDERS");
      assert(orders.some(({ controlId }) => controlId === header[10]));
    }
  }));

Deno.test("the stream pipeline masks names and leaves the rest as it was", async () => {
  const path = "examples/hospital_to_lab/messages/adt_a01.hl7";
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

/** Asks until every message that was received has come to its end. */
async function countsOnceDone(url: string) {
  for (;;) {
    const counts = await (await fetch(url)).json();
    if (counts.filtered + counts.delivered === counts.received) return counts;
  }
}

/** Name of the first whole file in a folder. */
async function firstResult(watcher: Deno.FsWatcher, folder: string): Promise<string> {
  for await (const _event of watcher) {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".hl7")) return name;
  }
  throw new Error("the watch ended");
}
