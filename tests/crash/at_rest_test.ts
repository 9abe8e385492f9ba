import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fieldsOf, MllpClient } from "../../examples/_kit/mllp.ts";
import { freePorts } from "../../examples/_kit/ports.ts";
import { askMitral, GatewayProcess, mitral } from "../../examples/_kit/process.ts";
import { Receiver } from "../../examples/_kit/receiver.ts";
import { filesUnder, readable } from "../runtime/journal/readable.ts";

/** Told to the gateway by its senders and receivers, all over it. */
const TOLD = [
  ..."Sauerbruch Ferdinand 4711-0815 KIS-Süd Haus-Nord ORU^R01 ADT^A01 Kalium Befundtext Zimmer-12".split(
    " ",
  ),
  ..."CTRL-0001 CTRL-REFUSED CTRL-LARGE CTRL-PIECE PIECE-1 ACC-99321 hl7-v2+er7 127.0.0.1:".split(" "),
  ..."übernommen-von-Ehr unbekannt-bei-Ehr zerbrochen Großbefund Anruf".split(" "),
];

const encoder = new TextEncoder();

function message(
  id: string,
  { type = "ORU^R01", pointer = "", more = "", name = "Sauerbruch^Ferdinand" } = {},
) {
  return encoder.encode(
    `MSH|^~\\&|KIS-Süd|Haus-Nord|R|RF|20260105||${type}|${id}|P|2.5||${pointer}||||UNICODE UTF-8\r` +
      `PID|1||4711-0815^^^Haus||${name}\rPV1|1|I|Zimmer-12\rOBR|1||ACC-99321\r${more}`,
  );
}

Deno.test("nothing that messages say is in the data folder of a gateway that runs, was killed, or has stopped", async () => {
  const folder = await Deno.makeTempDir();
  const [port, ehrPort, nowhere] = freePorts(3);
  const site = { name: "vault", file: join(folder, "gateway.yaml"), log: join(folder, "vault.log") };
  const data = join(folder, "data");
  await Deno.writeTextFile(site.file, gatewayFile(port, ehrPort, nowhere));
  await Deno.copyFile(
    new URL("../../examples/custom_transformer/number_messages.ts", import.meta.url),
    join(folder, "number_messages.ts"),
  );
  const ehr = Receiver.listen(ehrPort, ({ controlId }) => answerOf(controlId));
  try {
    const first = await GatewayProcess.start(site);
    using sender = new MllpClient(port);
    const said = async (bytes: Uint8Array) =>
      fieldsOf((await sender.ask(bytes))!).find(([name]) => name === "MSA")?.[1];
    const large = `OBX|1|TX|||${"Großbefund über Kalium. ".repeat(20_000)}\r`;
    const answers = [
      await said(message("CTRL-0001", { more: "OBX|1|NM|K^Kalium||4,1\rNTE|1||Befundtext\r" })),
      await said(message("CTRL-0001", { name: "Sauerbruch^Ferdinand^Ernst" })),
      await said(message("CTRL-ADT", { type: "ADT^A01" })),
      await said(message("CTRL-LARGE", { more: large })),
      await said(message("CTRL-PIECE", { more: "OBX|1|TX|||Befundtext\rDSC|PIECE-1|F\r" })),
      await said(encoder.encode("kein HL7, sondern zerbrochen: Sauerbruch\r")),
      // Whatever else comes of this patient waits from here on.
      await said(message("CTRL-REFUSED")),
    ];
    assertEquals(answers, ["AA", "AA", "AA", "AA", "AA", undefined, "AE"]);
    const quarantined = await askMitral(
      ...["messages", "list", "--file", site.file, "--state", "quarantined"],
    ) as { id: string; controlId: string }[];
    const refused = quarantined.find(({ controlId }) => controlId === "CTRL-REFUSED")!;
    const because = ["--file", site.file, "--reason", "Anruf von Sauerbruch, Zimmer-12"];
    await askMitral("messages", "release", refused.id, ...because);
    const paused = await mitral("channel", "pause", "results", "registry", ...because);
    assertEquals(paused.code, 0, paused.err);

    const names = filesUnder(data).map((path) => path.slice(data.length + 1));
    assert(
      names.includes("journal.db-wal") && names.some((name) => name.startsWith("bodies/")),
      names.join(),
    );
    assertEquals(readable(data, TOLD), [], "while it runs");
    await first.kill();
    assertEquals(readable(data, TOLD), [], "when it was killed");
    const second = await GatewayProcess.start(site);
    // Whoever may ask the gateway is told all of it.
    for (
      const [command, told] of [["messages list", "CTRL-0001"], ["journal acts", "Anruf von Sauerbruch"]]
    ) {
      const { code, out } = await mitral(...command.split(" "), "--file", site.file);
      assertEquals([code, out.includes(told)], [0, true], out);
    }
    assertEquals(await second.stop(), 0);
    assertEquals(readable(data, TOLD), [], "when it has stopped");
  } finally {
    await ehr[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});

/** What the receiving system says: that it has it, or does not know the patient. */
function answerOf(controlId: string): Uint8Array {
  const [code, text] = controlId === "CTRL-REFUSED"
    ? ["AE", "unbekannt-bei-Ehr"]
    : ["AA", "übernommen-von-Ehr"];
  return encoder.encode(
    `MSH|^~\\&|R|RF|KIS-Süd|Haus-Nord|20260105||ACK|a${controlId}|P|2.5||||||UNICODE UTF-8\r` +
      `MSA|${code}|${controlId}|${text}\r`,
  );
}

function gatewayFile(port: number, ehrPort: number, nowhere: number): string {
  return `
gateway: vault
data: ./data
channels:
  results:
    listen: { mllp: { port: ${port} }, acknowledge: from ehr }
    parse: hl7v2
    search: { accession: OBR-3.1 }
    transform:
      - ./number_messages.ts: { by: MSH-3, into: MSH-13 }
    order: by key
    retry: { firstMs: 20 ms, longestMs: 200 ms }
    send:
      ehr:
        mllp: { host: 127.0.0.1, port: ${ehrPort} }
        on: { rejected: holdKey }
      registry: { mllp: { host: 127.0.0.1, port: ${nowhere} } }
      nightly:
        collect: { at: "02:15", timeZone: UTC, as: hl7-batch }
        file: { path: ./out, as: "night_{sequence}.hl7" }
      copies:
        collect: { at: "02:15", timeZone: UTC, as: hl7-batch, countMax: 2 }
        file: { path: ./out, as: "copies_{sequence}.hl7" }
`;
}
