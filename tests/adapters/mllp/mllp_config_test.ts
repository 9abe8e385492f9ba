/** What a gateway file with MLLP and HL7 v2 in it is refused for. */
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
      "3:20 CONFIG_VALUE_INVALID Cannot read channels.one.listen.mllp: host is needed: the peer to call",
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

Deno.test("mllp: what means nothing beside the other settings is a problem", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { port: 2575, commitMsMax: 1 s, redialMsMax: 5 s } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1, resendsMax: 5 } } } }
  two: { listen: { mllp: { role: client, host: h, port: 1, connectionsMax: 2 } }, parse: hl7v2, send: { e: { mllp: { role: server, port: 1, idleMsMax: 1 s } } } }
  three: { listen: { mllp: { port: 2576 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1, keepAlive: false, inFlightMax: 2 } } } }
  four: { listen: { mllp: { port: 2577, release: 2, resendsMax: 5 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1, inFlightMax: 2 } } } }
`),
    [
      "3:53 CONFIG_VALUE_INVALID Cannot read channels.one.listen.mllp.commitMsMax: means nothing at release: 1",
      "3:71 CONFIG_VALUE_INVALID Cannot read channels.one.listen.mllp.redialMsMax: means nothing at role: server",
      "3:145 CONFIG_VALUE_INVALID Cannot read channels.one.send.e.mllp.resendsMax: means nothing at release: 1",
      "4:76 CONFIG_VALUE_INVALID Cannot read channels.two.listen.mllp.connectionsMax: means nothing at role: client",
      "4:152 CONFIG_VALUE_INVALID Cannot read channels.two.send.e.mllp.idleMsMax: means nothing at role: server",
      "5:130 CONFIG_VALUE_INVALID Cannot read channels.three.send.e.mllp.inFlightMax: means nothing at keepAlive: false",
    ],
  );
});

Deno.test("hl7v2: rules to be tolerated by nobody who checks are a problem, and a version that is none has the nearest as its hint", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { port: 1 } }, parse: { hl7v2: { tolerate: [white_space] } }, send: { e: { mllp: { host: h, port: 1 } } } }
  two: { listen: { mllp: { port: 2 } }, parse: { hl7v2: { validate: warn, tolerate: [white_space] } }, send: { e: { mllp: { host: h, port: 1 } } } }
  three: { listen: { mllp: { port: 3 } }, parse: { hl7v2: { versions: [v2.3], processing: [X] } }, send: { e: { mllp: { host: h, port: 1 } } } }
`),
    [
      "3:69 CONFIG_VALUE_INVALID Cannot read channels.one.parse.hl7v2.tolerate: means nothing at validate: off, which is the default",
      "5:72 CONFIG_VALUE_INVALID Cannot read channels.three.parse.hl7v2.versions[0]: must be text that is a version of HL7 v2, as in 2.5.1 (did you mean 2.3?)",
      "5:92 CONFIG_VALUE_INVALID Cannot read channels.three.parse.hl7v2.processing[0]: must be P, T or D, not X",
    ],
  );
});

Deno.test("a second answer that nobody makes, or nobody could read, is a problem", async () => {
  const send = "send: { e: { mllp: { host: h, port: 1 } } }";
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { port: 1 }, applicationAcknowledge: here }, parse: json, ${send} }
  two: { listen: { mllp: { port: 2 }, applicationAcknowledge: to three }, parse: hl7v2, ${send} }
  three: { listen: { mllp: { port: 3 } }, parse: json, ${send} }
  four: { listen: { mllp: { port: 4 }, applicationAcknowledge: to five }, parse: hl7v2, ${send} }
  five: { listen: { mllp: { port: 5 } }, parse: hl7v2, ${send} }
`),
    [
      "3:63 CONFIG_VALUE_INVALID Cannot read channels.one.listen.applicationAcknowledge: json has no second answers",
      "4:63 CONFIG_VALUE_INVALID Cannot read channels.two.listen.applicationAcknowledge: three reads json, and the answer is hl7v2",
    ],
  );
});
