/** MLLP peers from npm, each in both directions: `@medplum/hl7`, and `node-hl7-client` with `node-hl7-server`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hl7Message as MedplumMessage } from "@medplum/core";
import { Hl7Client, Hl7Server } from "@medplum/hl7";
import type { AddressInfo } from "node:net";
import { Batch, Client, Message as NodeMessage } from "node-hl7-client";
import { Server } from "node-hl7-server";
import { openGateway, type TestGateway } from "./_gateway.ts";

const message = (id: string) =>
  [
    `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01^ORU_R01|${id}|P|2.5|||||||UNICODE UTF-8`,
    "PID|1||4711^^^ST E||Müller \\T\\ Söhne^Änn",
    "OBX|1|NM|GLU||5.4|mmol/L",
    "",
  ].join("\r");

const intoFiles = {
  lab: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { files: { file: { path: "./out" } } } },
};

/** A gateway that hands on what it gets to a peer. */
const handingOn = (port: number) => ({
  lab: {
    listen: { mllp: { port: 0 } },
    parse: "hl7v2",
    transform: [{ set: { "MSH-5": "REGISTRY" } }],
    send: { ehr: { mllp: { host: "127.0.0.1", port } } },
  },
});

const portOf = (under: TestGateway) => Number(under.address("lab").split(":")[1]);

async function theFile(under: TestGateway): Promise<string> {
  await under.seen("messageDelivered");
  const [{ name }] = await Array.fromAsync(Deno.readDir(`${under.folder}/out`));
  return await Deno.readTextFile(`${under.folder}/out/${name}`);
}

async function medplumSends(port: number, text: string): Promise<MedplumMessage> {
  const client = new Hl7Client({ host: "127.0.0.1", port });
  try {
    return await client.sendAndWait(MedplumMessage.parse(text));
  } finally {
    await client.close();
  }
}

Deno.test("@medplum/hl7 sends to our mllp listener and understands our acknowledgement", async () => {
  await using under = await openGateway(intoFiles);
  const answer = await medplumSends(portOf(under), message("R-0001"));
  assertEquals(answer.getSegment("MSA")?.toString(), "MSA|AA|R-0001");
  assertEquals(answer.getSegment("MSH")?.getField(5)?.toString(), "LAB");
  // Medplum leaves out the CR behind the last segment.
  assertEquals(await theFile(under), message("R-0001"));
});

Deno.test("@medplum/hl7 reads what our mllp sender sends, and its acknowledgement counts", async () => {
  const read = Promise.withResolvers<MedplumMessage>();
  const server = new Hl7Server((connection) => {
    connection.addEventListener("message", ({ message }) => {
      read.resolve(message);
      connection.send(message.buildAck());
    });
  });
  await server.start(0);
  try {
    await using under = await openGateway(handingOn((server.server!.address() as AddressInfo).port));
    await medplumSends(portOf(under), message("R-0002"));
    const got = await read.promise;
    assertEquals(got.toString().trimEnd(), message("R-0002").replace("|EHR|", "|REGISTRY|").trimEnd());
    assertEquals(got.getSegment("PID")?.getComponent(5, 2), "Änn");
    const delivered = await under.seen("messageDelivered");
    assert(delivered.name === "messageDelivered" && delivered.attempt === 1);
  } finally {
    await server.stop({ forceDrainTimeoutMs: 0 });
  }
});

/** Sends with `node-hl7-client`, and resolves with the answer it read. */
async function nodeSends(port: number, text: string): Promise<{ type: string; code: string; id: string }> {
  const answered = Promise.withResolvers<{ type: string; code: string; id: string }>();
  const client = new Client({ host: "127.0.0.1", version: "2.5" });
  const connection = client.createConnection({ port, version: "2.5", waitAck: true }, (response) => {
    const answer = response.getMessage();
    const [type, code, id] = ["MSH.9.1", "MSA.1", "MSA.2"].map((path) => `${answer.get(path)}`);
    answered.resolve({ type, code, id });
  });
  try {
    await connection.sendMessage(new NodeMessage({ text }));
    return await answered.promise;
  } finally {
    await connection.close();
  }
}

Deno.test("node-hl7-client sends to our mllp listener and understands our acknowledgement", async () => {
  await using under = await openGateway(intoFiles);
  assertEquals(await nodeSends(portOf(under), message("R-0003")), { type: "ACK", code: "AA", id: "R-0003" });
  assertEquals(await theFile(under), message("R-0003"));
});

/** `node-hl7-server` takes no port 0. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("node-hl7-server reads what our mllp sender sends, and its acknowledgement counts", async () => {
  const read = Promise.withResolvers<string>();
  const port = freePort();
  const server = new Server({ bindAddress: "127.0.0.1" });
  const inbound = server.createInbound({ port }, async (request, response) => {
    read.resolve(`${request.getMessage()}`);
    await response.sendResponse("AA");
  });
  await new Promise<void>((resolve) => inbound.once("listen", resolve));
  try {
    await using under = await openGateway(handingOn(port));
    await medplumSends(portOf(under), message("R-0004"));
    assertEquals((await read.promise).trimEnd(), message("R-0004").replace("|EHR|", "|REGISTRY|").trimEnd());
    const delivered = await under.seen("messageDelivered");
    assert(delivered.name === "messageDelivered" && delivered.attempt === 1);
  } finally {
    await inbound.close();
  }
});

Deno.test("@medplum/hl7 in enhanced mode commits first, and our sender waits for what its application says", async () => {
  const server = new Hl7Server((connection) => {
    connection.addEventListener(
      "message",
      ({ message }) => connection.send(message.buildAck({ ackCode: "AE" })),
    );
  });
  // In enhanced mode it answers CA by itself, before anybody is told of the message.
  await server.start(0, undefined, true);
  try {
    const { port } = server.server!.address() as AddressInfo;
    const { lab } = handingOn(port);
    const ehr = { mllp: { host: "127.0.0.1", port, applicationMsMax: 20_000 } };
    const wanting = [{ set: { "MSH-15": "AL", "MSH-16": "AL" } }];
    await using under = await openGateway({ lab: { ...lab, transform: wanting, send: { ehr } } });
    await medplumSends(portOf(under), message("R-0005"));
    const quarantined = await under.seen("messageQuarantined");
    assert(quarantined.name === "messageQuarantined" && quarantined.error.code === "HL7V2_MESSAGE_REFUSED");
  } finally {
    await server.stop({ forceDrainTimeoutMs: 0 });
  }
});

Deno.test("node-hl7-client sends a batch to our mllp listener, which takes each message of it", async () => {
  await using under = await openGateway(intoFiles);
  const batch = new Batch();
  batch.start();
  for (const id of ["R-0006", "R-0007"]) batch.add(new NodeMessage({ text: message(id) }));
  batch.end();
  const answered = Promise.withResolvers<string>();
  const client = new Client({ host: "127.0.0.1", version: "2.5" });
  const connection = client.createConnection(
    { port: portOf(under), version: "2.5", waitAck: true },
    (response) => {
      answered.resolve(`${response.getMessage()}`);
    },
  );
  try {
    await connection.sendMessage(batch);
    assertStringIncludes(await answered.promise, "MSA|AA|R-000");
  } finally {
    await connection.close();
  }
  for (const controlId of ["R-0006", "R-0007"]) {
    assertEquals((await under.gateway.archive.list({ controlId })).length, 1, controlId);
  }
});
