import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fieldsOf } from "../../examples/_kit/mllp.ts";
import { MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { sendAll } from "../../examples/hospital_to_lab/sender.ts";
import { inFolder, Program } from "./_program.ts";

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

/** Asks until every message that was received has come to its end. */
async function countsOnceDone(url: string) {
  for (;;) {
    const counts = await (await fetch(url)).json();
    if (counts.filtered + counts.delivered === counts.received) return counts;
  }
}
