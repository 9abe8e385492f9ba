/** What a gateway file with MLLP in it is refused for. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

async function problemsOf(text: string): Promise<readonly string[]> {
  const { problems } = await readGateway({ text, file: "/gateway.yaml" }, {
    disk: denoWorld.disk,
    catalog,
    env: () => undefined,
    timeZone: "UTC",
    loadActor: () => Promise.reject(new Error("none")),
  });
  return problems.map((problem) => printProblem({ ...problem, file: "" }).replace(/^:/, ""));
}

Deno.test("mllp: a side that calls takes no port here, and one that is called does", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { role: client, host: h, port: 2575 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  two: { listen: { mllp: { port: 2575 } }, parse: hl7v2, send: { e: { mllp: { role: server, port: 2576 } } } }
  three: { listen: { mllp: { port: 2576 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 2576 } } } }
`),
    ["5:36 CONFIG_PORT_TAKEN Cannot listen on port 2576: channel two, destination e listens there"],
  );
});

Deno.test("mllp: a side that calls needs to know whom", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { role: client, port: 0 } }, parse: hl7v2, send: { e: { mllp: { port: 1 } } } }
  two: { listen: { mllp: { port: 2575, release: 3 } }, parse: hl7v2, send: { e: { mllp: { role: both, port: 1 } } } }
`),
    [
      "3:48 CONFIG_VALUE_INVALID Cannot read channels.one.listen.mllp.port: must be the port of the peer at role: client, not 0",
      "3:82 CONFIG_VALUE_INVALID Cannot read channels.one.send.e.mllp: host is needed: the peer to call",
      "4:49 CONFIG_VALUE_RANGE Cannot read channels.two.listen.mllp.release: must be between 1 and 2, not 3",
      "4:97 CONFIG_VALUE_INVALID Cannot read channels.two.send.e.mllp.role: must be client or server, not both",
    ],
  );
});

Deno.test("mllp: what waits for second answers has one message in flight", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send: { e: { mllp: { host: h, port: 1, inFlightMax: 2, applicationMsMax: 1 min } } }
`),
    [
      "6:57 CONFIG_VALUE_INVALID Cannot read channels.one.send.e.mllp.inFlightMax: must be 1 where applicationMsMax waits for a second answer",
    ],
  );
});
