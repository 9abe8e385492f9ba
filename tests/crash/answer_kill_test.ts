import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type DemoMessage, MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { MllpClient } from "../../examples/_kit/mllp.ts";
import { freePort } from "../../examples/_kit/ports.ts";
import { askMitral } from "../../examples/_kit/process.ts";
import { Crashable } from "./_crashable.ts";

Deno.test("a message is there after its gateway was killed right behind the answer, and once where it was killed before", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const site = { name: "ward", folder, file: join(folder, "gateway.yaml"), log: join(folder, "ward.log") };
    await Deno.writeTextFile(site.file, ward(port));
    await Deno.mkdir(join(folder, "out"));
    const [answered, unanswered] = (await MessageMaker.open()).take(2);
    await using gateway = new Crashable(site);
    await gateway.up();
    using client = new MllpClient(port);
    const keptOf = async ({ controlId }: DemoMessage) =>
      (await askMitral("messages", "list", "--file", site.file, "--control-id", controlId) as unknown[])
        .length;

    assert(await client.ask(answered.bytes));
    await gateway.crash();
    assertEquals(await keptOf(answered), 1);

    const killing = gateway.crash();
    let answer = await client.ask(unanswered.bytes);
    await killing;
    while (!answer) answer = await client.ask(unanswered.bytes);
    assertEquals(await keptOf(unanswered), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function ward(port: number): string {
  return `
gateway: ward
channels:
  results:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    send:
      files: { file: { path: ./out } }
`;
}
