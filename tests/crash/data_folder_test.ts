import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { MllpClient } from "../../examples/_kit/mllp.ts";
import { freePorts } from "../../examples/_kit/ports.ts";
import { type GatewayFiles, GatewayProcess, mitral } from "../../examples/_kit/process.ts";

Deno.test("two processes do not share a data folder: the second ends at once, the first goes on, and a killed one frees it", async () => {
  const folder = await Deno.makeTempDir();
  const started: GatewayProcess[] = [];
  const start = async (files: GatewayFiles) => {
    started.push(await GatewayProcess.start(files));
    return started.at(-1)!;
  };
  try {
    const [port, otherPort] = freePorts(2);
    const site = { name: "ward", file: join(folder, "gateway.yaml"), log: join(folder, "ward.log") };
    const other = { ...site, file: join(folder, "other.yaml") };
    await Deno.writeTextFile(site.file, ward(port));
    await Deno.writeTextFile(other.file, ward(otherPort));
    await Deno.mkdir(join(folder, "out"));
    const [message, another] = (await MessageMaker.open()).take(2);

    const first = await start(site);
    const refusal = async () => {
      const { code, err } = await mitral("run", other.file);
      assertEquals(code, 3);
      return err;
    };
    assertStringIncludes(await refusal(), "CONTROL_FOLDER_BUSY");
    using client = new MllpClient(port);
    assert(await client.ask(message.bytes));

    // Without its socket nobody can be asked whether it is there; the lock on its journal says so.
    await Deno.remove(join(folder, "data", "control.sock"));
    assertStringIncludes(await refusal(), "JOURNAL_FOLDER_BUSY");
    await first.kill();
    const second = await start(other);
    using otherClient = new MllpClient(otherPort);
    assert(await otherClient.ask(another.bytes));
    assertEquals(await second.stop(), 0);
  } finally {
    await Promise.all(started.map((gateway) => gateway.kill()));
    await Deno.remove(folder, { recursive: true });
  }
});

function ward(port: number): string {
  return `
gateway: ward
data: ./data
channels:
  results:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    send:
      files: { file: { path: ./out } }
`;
}
