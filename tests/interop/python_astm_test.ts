import { assert, assertEquals } from "@std/assert";
import { openGateway } from "./_gateway.ts";
import { requirePeer } from "./_peers.ts";

const python = await requirePeer("python3");
const SCRIPT = new URL("astm_peer.py", import.meta.url).pathname;

const RECORDS = [
  "H|\\^&|||Analyser^2.1|||||Host||P|1|20260105120000",
  "P|1||4711||Müller^Änn",
  "O|1|S-001||^^^GLU|R",
  "R|1|^^^GLU|5.4|mmol/L|||||||20260105115900",
  "R|2|^^^LAC|1.1|mmol/L|||||||20260105115900",
  `C|1|I|${"a long remark of the device, ".repeat(12)}|G`,
  "L|1|N",
];

/** The same, as the records of a message. */
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const MESSAGE = RECORDS.map((record) => `${record}\r`).join("");

/** Sends records as an analyser would, and says what became of them. */
async function send(address: string, flaw?: string): Promise<{ fate: string; refused: number }> {
  const args = [SCRIPT, "send", ...address.split(":"), ...flaw ? [flaw] : []];
  const child = python.command(args, { stdin: "piped", stdout: "piped" }).spawn();
  const input = child.stdin.getWriter();
  await input.write(latin1(RECORDS.join("\n")));
  await input.close();
  const { success, stdout } = await child.output();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

for (
  const [what, flaw, refused] of [
    ["sends a message", undefined, 0],
    ["sends a frame with a wrong sum, and again", "sum", 1],
    ["sends a frame twice", "twice", 0],
    ["misses the last acknowledgement and sends all of it again", "deaf", 0],
  ] as const
) {
  Deno.test({
    name: `an analyser in python ${what}: it is one message`,
    ignore: python.missing,
    async fn() {
      await using under = await openGateway({
        analyser: {
          listen: { astm: { port: 0 } },
          parse: "bytes",
          send: { files: { file: { path: "./out" } } },
        },
      });
      assertEquals(await send(under.address("analyser"), flaw), { fate: "acknowledged", refused });
      await under.seen("messageDelivered");
      const names = await Array.fromAsync(Deno.readDir(`${under.folder}/out`));
      assertEquals(names.length, 1);
      assertEquals(await Deno.readFile(`${under.folder}/out/${names[0].name}`), latin1(MESSAGE));
      assertEquals((await under.gateway.archive.list({})).length, 1);
    },
  });
}

for (
  const [what, flaw, frames] of [
    ["takes a message", undefined, "12345670"],
    ["refuses a frame once", "noise", "112345670"],
    ["asks for the line in between", "interrupt", "12345670"],
  ] as const
) {
  Deno.test({
    name: `a host in python ${what}: it gets what our astm sender was given`,
    ignore: python.missing,
    async fn() {
      const child = python.command([SCRIPT, "serve", ...flaw ? [flaw] : []], { stdout: "piped" }).spawn();
      try {
        const lines = linesOf(child.stdout);
        const { port } = await lines();
        await using under = await openGateway({
          orders: {
            listen: { astm: { port: 0 } },
            parse: "bytes",
            send: { host: { astm: { host: "127.0.0.1", port } } },
          },
        });
        assertEquals((await send(under.address("orders"))).fate, "acknowledged");
        const taken = await lines();
        assertEquals(taken.text, MESSAGE);
        assertEquals(taken.frames.join(""), frames);
        const delivered = await under.seen("messageDelivered");
        assert(delivered.name === "messageDelivered" && delivered.attempt === 1);
      } finally {
        child.kill();
        await child.status;
      }
    },
  });
}

/** Reads a stream of JSON, a line at a time. */
function linesOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return async (): Promise<{ port: number; text: string; frames: readonly string[] }> => {
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
