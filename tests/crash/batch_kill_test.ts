import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { MessageMaker } from "../../examples/hospital_to_lab/messages.ts";
import { MllpClient } from "../../examples/_kit/mllp.ts";
import { freePort } from "../../examples/_kit/ports.ts";
import { askMitral } from "../../examples/_kit/process.ts";
import { Crashable } from "./_crashable.ts";
import { assertQuietLog } from "./_secrecy.ts";
import { overtaken, Sink } from "./_sink.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

Deno.test("a batch whose gateway is killed while it takes it is sent again until it is answered, and nothing is taken twice", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const count = 900;
    const [port, sinkPort] = [freePort(), freePort()];
    const site = { name: "ward", folder, file: join(folder, "gateway.yaml"), log: join(folder, "ward.log") };
    await Deno.writeTextFile(site.file, ward(port, sinkPort));
    const messages = (await MessageMaker.open()).take(count);
    const expected = new Map(messages.map(({ controlId, bytes }) => [controlId, bytes]));
    const batch = encoder.encode([
      "BHS|^~\\&|ADMIT|WEST|LAB|EAST|20260105||||B1\r",
      ...messages.map(({ bytes }) => decoder.decode(bytes)),
      `BTS|${count}\r`,
    ].join(""));

    await using gateway = new Crashable(site);
    await using sink: Sink = new Sink(sinkPort, expected, (arrived) => {
      // Others are still on their way into the journal, and most of them not delivered.
      if (arrived === 1) gateway.crash({ dead: () => sink.senderDied() });
    });
    await gateway.up();
    using client = new MllpClient(port);
    let [answer, attempts] = [await client.ask(batch), 1];
    while (!answer) {
      await gateway.up();
      answer = await client.ask(batch);
      attempts++;
    }
    const acknowledged = decoder.decode(answer).matchAll(/\rMSA\|[AC]A\|([^\r]+)/g);
    assertEquals(Array.from(acknowledged, ([, id]) => id), messages.map(({ controlId }) => controlId));
    await sink.reached(count);
    await gateway.up();

    assertEquals(gateway.crashes, 1);
    assertEquals(sink.wrong, []);
    assertEquals(overtaken(sink.arrived, messages, () => "all"), []);
    const kept = await askMitral("messages", "list", "--file", site.file, "--limit", "1000") as unknown[];
    assertEquals(kept.length, count);
    // On a busy machine a client may give up once more: the batch is known, and taken once all the same.
    assert(attempts >= 2, `${attempts} attempts`);
    await assertQuietLog(site.log);
    console.log(`${attempts} attempts, ${sink.repeated.length} delivered twice`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function ward(port: number, sinkPort: number): string {
  return `
gateway: ward
channels:
  results:
    listen: { mllp: { port: ${port} }, acknowledge: delivered }
    parse: hl7v2
    order: channel
    retry: { firstMs: 20 ms, longestMs: 200 ms }
    send:
      ehr: { mllp: { host: 127.0.0.1, port: ${sinkPort} } }
`;
}
