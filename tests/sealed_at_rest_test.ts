import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { Gateway, type MessageContent } from "mitral";
import { type Arrival, Receiver } from "../examples/_kit/receiver.ts";
import { latin1, RawPeer } from "./adapters/mllp/mllp_peer.ts";
import { writeMasterKey } from "./world/master_key.ts";

/** Values that stand in what a gateway is given, each in another place. */
const planted = {
  application: "PLANTED-APPLICATION",
  controlId: "PLANTED-CONTROL",
  type: "ORU^R01^ORU_R01",
  patient: "PLANTED-PATIENT",
  name: "PLANTED-NAME",
  large: "PLANTED-LARGE",
  answer: "PLANTED-ANSWER",
  state: "PLANTED-STATE",
  thrown: "PLANTED-THROWN",
  between: "PLANTED-BETWEEN",
  peer: "PLANTED-PEER",
};
const LARGE_BYTES = 400_000;

/** Remembers the last of each sender, and throws what a message says where that says so. */
const remember = `
import { defineTransformer } from "mitral";

export default defineTransformer({
  name: "remember",
  about: "Keeps who came last.",
  config: {},
  errors: {},
  async transform(message, { state }) {
    if (message.body.get("PID-8") === "X") throw new Error(message.body.get("PID-5.2"));
    state.set(message.body.get("MSH-3"), "${planted.state} " + message.body.get("PID-3"));
    return message;
  },
});
`;

const result = (id: string, pid: string, more = "") =>
  `MSH|^~\\&|${planted.application}|LAB|EHR|H|20260101120000||${planted.type}|${planted.controlId}-${id}|P|2.5.1\r` +
  `PID|1||${planted.patient}||${planted.name}${pid}\r${more}`;

/** How a value might be written, had somebody forgotten to seal it: its bytes, in UTF-16, in hexadecimal, in base64. */
function spellings(value: string): readonly Buffer[] {
  const utf8 = Buffer.from(value);
  // Letters at the ends hang on what stands before and after.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.from(" ".repeat(before) + value).toString("base64").slice(4, -4)
  );
  const hexadecimal = utf8.toString("hex");
  return [
    utf8,
    Buffer.from(value, "utf16le"),
    ...[hexadecimal, hexadecimal.toUpperCase(), ...base64].map((text) => Buffer.from(text)),
  ];
}

/** Which of these values stand in files under a folder. */
async function foundIn(folder: string, values: readonly string[]): Promise<readonly string[]> {
  const texts: Buffer[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      if (isDirectory) await walk(join(folder, name));
      if (isFile) texts.push(Buffer.from(await Deno.readFile(join(folder, name))));
    }
  };
  await walk(folder);
  return values.filter((value) => spellings(value).some((each) => texts.some((text) => text.includes(each))));
}

Deno.test("nothing of what messages say can be read in the data folder, while a gateway runs and after", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "out"));
    await Deno.writeTextFile(join(folder, "remember.ts"), remember);
    await writeMasterKey(folder);
    const refuses = ({ controlId }: Arrival) =>
      latin1(`MSH|^~\\&|EHR|H|LAB|H|20260101120000||ACK|1|P|2.5.1\rMSA|AE|${controlId}|${planted.answer}\r`);
    const values = Object.values(planted);
    const data = join(folder, "data");
    await using ehr = Receiver.listen(0, refuses);
    let quarantined = 0;
    const allQuarantined = Promise.withResolvers<void>();
    const shown: (MessageContent | undefined)[] = [];
    {
      await using gateway = await Gateway.open({
        gateway: "ward",
        channels: {
          "results-of-the-ward": {
            listen: { mllp: { port: 0 }, acknowledge: "processed" },
            parse: "hl7v2",
            transform: ["./remember.ts"],
            order: "by PID-3",
            supervise: { crashesMax: 1, backoffMs: 0 },
            send: {
              files: { file: { path: "./out" } },
              ehr: { mllp: { host: "127.0.0.1", port: ehr.port } },
              batch: { collect: { countMax: 100 }, file: { path: "./out" } },
            },
          },
        },
      }, {
        folder,
        observer({ name }) {
          if (name === "messageQuarantined" && ++quarantined === 4) allQuarantined.resolve();
        },
      });
      const [{ address }] = gateway.snapshot().channels;
      using peer = await RawPeer.dial(address);
      await peer.write(planted.between);
      await peer.send(result("1", "^ANN"));
      assert((await peer.text())!.includes("|AA|"));
      const large = `OBX|1|TX|1||${planted.large.repeat(LARGE_BYTES / planted.large.length)}\r`;
      await gateway.inject("results-of-the-ward", result("2", "^BEN", large), { peer: planted.peer });
      await gateway.inject("results-of-the-ward", result("3", `^${planted.thrown}|||X`), { peer: "test" });
      // Two that the EHR refuses, one that crashes, one that is no message.
      await allQuarantined.promise;
      assertEquals(await foundIn(data, values), []);
      for (const { id } of await gateway.archive.list({})) shown.push(await gateway.archive.show(id));
    }
    assertEquals(await foundIn(data, values), []);
    // It was all there: by the key, but for what an actor keeps to itself.
    assertEquals(shown.length, 4);
    const known = JSON.stringify(
      shown,
      (_, value) => value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
    );
    assertEquals(values.filter((value) => !known.includes(value)), [planted.state]);
    // And it would have been found.
    assert((await foundIn(join(folder, "out"), values)).includes(planted.large));
    assertEquals(await foundIn(data, ["results-of-the-ward"]), ["results-of-the-ward"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
