import { assert, assertEquals } from "@std/assert";
import { Gateway } from "mitral";
import { Hl7Message } from "mitral/hl7";
import { latin1, RawPeer, RawServer } from "./adapters/mllp/mllp_peer.ts";
import { writeMasterKey } from "./world/master_key.ts";
import { unstuck } from "./world/turns.ts";

const message = (id: string, type = "ADT^A01", conditions = "AL|AL") =>
  latin1(`MSH|^~\\&|WARD|H|HUB|H|20260215073000||${type}|${id}|P|2.5.1|||${conditions}\rPID|1||${id}\r`);

/** A gateway that takes admissions by MLLP, writes them to a folder and gives second answers by `way`. */
async function withGateway(
  way: string,
  use: (parts: { gateway: Gateway; address: string; ward: RawServer }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/out`);
    await writeMasterKey(folder);
    await Deno.writeTextFile(`${folder}/codes.csv`, "from,to\nA,1\nB,2\n");
    await using ward = new RawServer();
    await using gateway = await Gateway.open({
      gateway: "hub",
      channels: {
        admissions: {
          listen: { mllp: { port: 0 }, applicationAcknowledge: way },
          parse: "hl7v2",
          // A patient that is not in the table is refused in the work on the message.
          transform: [{ map_codes: { path: "PID-3", table: "./codes.csv" } }],
          send: { out: { file: { path: "./out" } } },
        },
        answers: {
          listen: { mllp: { port: 0 } },
          parse: "hl7v2",
          send: { ward: { mllp: { host: "127.0.0.1", port: ward.port } } },
        },
      },
    }, { folder });
    const { address } = gateway.snapshot().channels.find(({ name }) => name === "admissions")!;
    await unstuck(() => use({ gateway, address, ward }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const told = (bytes: Uint8Array | undefined) => {
  assert(bytes);
  const read = Hl7Message.parse(bytes);
  return ["MSA-1", "MSA-2", "MSH-9", "MSH-15", "MSH-16"].map((path) => read.get(path) ?? "").join(" ");
};

Deno.test("a sender in enhanced mode gets CA at once, and the application's answer in an exchange of its own", () =>
  withGateway("to answers", async ({ address, ward, gateway }) => {
    using peer = await RawPeer.dial(address);
    const outcomes = gateway.outcomes({ channel: "answers" }).getReader();
    await peer.send(message("A"));
    assertEquals(told(await peer.frame()), "CA A ACK  ");
    const answer = await ward.next();
    assertEquals(told(answer.bytes), "AA A ACK AL NE");
    const id = Hl7Message.parse(answer.bytes).get("MSH-10");
    await answer.peer.send(`MSH|^~\\&|WARD|H|HUB|H|2026||ACK|1|P|2.5.1\rMSA|CA|${id}\r`);
    assertEquals((await outcomes.read()).value?.kind, "delivered");
    await outcomes.cancel();
  }));

Deno.test("a sender in enhanced mode hears on its own connection what became of its message", () =>
  withGateway("here", async ({ address }) => {
    using peer = await RawPeer.dial(address);
    await peer.send(message("A"));
    assertEquals(told(await peer.frame()), "CA A ACK  ");
    assertEquals(told(await peer.frame()), "AA A ACK NE NE");
    await peer.send(message("unknown"));
    assertEquals(told(await peer.frame()), "CA unknown ACK  ");
    assertEquals(told(await peer.frame()), "AR unknown ACK NE NE");
    await peer.send(message("B", "ADT^A01", "|"));
    assertEquals(told(await peer.frame()), "AA B ACK  ");
  }));
