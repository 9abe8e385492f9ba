import { assert, assertEquals } from "@std/assert";
import { openGateway } from "./_gateway.ts";
import { requirePeer } from "./_peers.ts";

const python = await requirePeer("python3-hl7");
const MLLP_SEND = "/usr/bin/mllp_send";
const SCRIPT = new URL("hl7_peer.py", import.meta.url).pathname;
const MESSAGE = [
  "MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|R-0001|P|2.5|||||||UNICODE UTF-8",
  "PID|1||4711^^^ST E||Müller \\T\\ Söhne^Änn",
  "OBX|1|NM|GLU||5.4|mmol/L",
  "",
].join("\r");

/** Sends a message with Python's client; what its parser makes of our acknowledgement. */
async function send(address: string, message: string): Promise<unknown> {
  const child = python.command([SCRIPT, "send", ...address.split(":")], { stdin: "piped", stdout: "piped" })
    .spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(message));
  await input.close();
  const { success, stdout } = await child.output();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "python's hl7 sends to our mllp listener and understands our acknowledgement",
  ignore: python.missing,
  async fn() {
    await using under = await openGateway({
      lab: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { files: { file: { path: "./out" } } } },
    });
    const address = under.address("lab");
    const accepted = { type: "ACK^R01^ACK", receiver: "LAB", code: "AA", id: "R-0001" };
    assertEquals(await send(address, MESSAGE), accepted);
    assertEquals(await send(address, MESSAGE), accepted, "a repetition is answered alike");
    const [record, ...others] = await under.gateway.archive.list({ controlId: "R-0001" });
    assertEquals(others, [], "a repetition is no second message");
    await under.seen("messageDelivered");
    const [{ name }] = await Array.fromAsync(Deno.readDir(`${under.folder}/out`));
    assertEquals(await Deno.readTextFile(`${under.folder}/out/${name}`), MESSAGE);
    assertEquals(record.type, "ORU^R01");
  },
});

Deno.test({
  name: "mllp_send sends a file of messages to our mllp listener and gets an acknowledgement for each",
  ignore: python.missing,
  async fn() {
    await using under = await openGateway({
      lab: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { files: { file: { path: "./out" } } } },
    });
    const file = `${under.folder}/messages.hl7`;
    await Deno.writeTextFile(file, MESSAGE + MESSAGE.replace("R-0001", "R-0002"));
    const [host, port] = under.address("lab").split(":");
    const { success, stdout } = await python.command([MLLP_SEND, "-p", port, "-f", file, "--loose", host], {
      stdout: "piped",
    }).output();
    assert(success);
    const said = new TextDecoder().decode(stdout);
    for (const id of ["R-0001", "R-0002"]) {
      assertEquals((await under.gateway.archive.list({ controlId: id })).length, 1);
      assert(said.includes(`MSA|AA|${id}`), said);
    }
  },
});

Deno.test({
  name: "python's hl7 reads what our mllp sender sends, and its acknowledgement counts",
  ignore: python.missing,
  async fn() {
    const child = python.command([SCRIPT, "serve"], { stdout: "piped" }).spawn();
    try {
      const lines = linesOf(child.stdout);
      const { port } = await lines();
      await using under = await openGateway({
        lab: {
          listen: { mllp: { port: 0 } },
          parse: "hl7v2",
          transform: [{ set: { "MSH-5": "REGISTRY", "PID-5.1": "O'Neil | Sons" } }],
          send: { ehr: { mllp: { host: "127.0.0.1", port } } },
        },
      });
      await send(under.address("lab"), MESSAGE);
      const read = await lines();
      assertEquals(read.id, "R-0001");
      assertEquals(read.family, "O'Neil | Sons");
      assertEquals(
        read.text.trimEnd(),
        MESSAGE.replace("|EHR|", "|REGISTRY|").replace("Müller \\T\\ Söhne", "O'Neil \\F\\ Sons").trimEnd(),
      );
      const delivered = await under.seen("messageDelivered");
      assert(delivered.name === "messageDelivered" && delivered.attempt === 1);
    } finally {
      child.kill();
      await child.status;
    }
  },
});

Deno.test({
  name:
    "two of python's hl7 servers that are killed in turn and come back lose nothing and get nothing out of order",
  ignore: python.missing,
  async fn() {
    const taken: string[] = [];
    let told = Promise.withResolvers<void>();
    const take = (id: string) => {
      taken.push(id);
      told.resolve();
    };
    const first = await serve(take);
    const second = await serve(take);
    try {
      await using under = await openGateway({
        lab: {
          listen: { mllp: { port: 0 } },
          parse: "hl7v2",
          retry: { firstMs: "20 ms", longestMs: "100 ms" },
          send: {
            ehr: { paths: [first, second].map(({ port }) => ({ mllp: { host: "127.0.0.1", port } })) },
          },
        },
      });
      const outcomes = under.gateway.outcomes({ channel: "lab" })[Symbol.asyncIterator]();
      const ids: string[] = [];
      const deliver = async () => {
        const id = `R-${String(ids.length + 1).padStart(4, "0")}`;
        ids.push(id);
        told = Promise.withResolvers();
        await send(under.address("lab"), MESSAGE.replace("R-0001", id));
        assertEquals((await outcomes.next()).value?.kind, "delivered");
        // What the server tells comes by another way than its answer.
        await told.promise;
      };
      for (const [killed, other] of [[first, second], [second, first], [first, second]]) {
        await deliver();
        await killed.kill();
        await deliver();
        await killed.start();
        await other.kill();
        await deliver();
        await other.start();
      }
      assertEquals(taken, ids);
      await outcomes.return?.();
    } finally {
      await first.kill();
      await second.kill();
    }
  },
});

/** Starts Python's server, which tells what it takes; it may be killed, and started again at its port. */
async function serve(take: (id: string) => void) {
  const start = async (port = 0) => {
    const child = python.command([SCRIPT, "serve", String(port)], { stdout: "piped" }).spawn();
    const lines = linesOf(child.stdout);
    const { port: found } = await lines();
    const reading = (async () => {
      for (;;) take((await lines()).id);
    })().catch(() => {});
    return { child, reading, port: found };
  };
  let running = await start();
  const { port } = running;
  return {
    port,
    async kill() {
      running.child.kill("SIGKILL");
      await Promise.all([running.child.status, running.reading]);
    },
    async start() {
      running = await start(port);
    },
  };
}

/** Reads a stream of JSON, a line at a time. */
function linesOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return async (): Promise<{ id: string; family: string; text: string; port: number }> => {
    while (!rest.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the peer has ended");
      rest += value;
    }
    const end = rest.indexOf("\n");
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    return JSON.parse(line);
  };
}
