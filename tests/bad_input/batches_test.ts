import { assert, assertEquals } from "@std/assert";
import { Gateway } from "mitral";
import { join } from "node:path";
import { bytesOf, hl7 } from "./_messages.ts";
import { Folder, gatewayOf, type Settings, Site } from "./_site.ts";

const header = "BHS|^~\\&|ADMIT|WEST|LAB|EAST|20260105||||B1\r";
const broken = "MSH|^~\r";
const third = hl7("3");
const oneBad = `FHS|^~\\&|ADMIT|WEST|LAB|EAST|||||F1\r${header}${hl7("1")}${
  hl7("2")
}${broken}${third}BTS|4\rFTS|1\r`;
/** A header within a batch, of which nothing can be taken. */
const nested = `${header}${hl7("1")}${header}${hl7("2")}BTS|2\r`;

/** An answer without its MSH segments, and without what is different every time. */
const shown = (answer: string | undefined) =>
  answer?.split("\r").filter((line) => line !== "" && !line.startsWith("MSH")).map((line) =>
    line.replace(/\|\d{14}[^|]*\|/, "|when|").replace(/\|[0-9a-f]{20}(?=\||$)/, "|id").replace(
      /^(ERR(\|[^|]*){4}).*/,
      "$1",
    )
  );

async function open(listen: Settings): Promise<Site> {
  return await Site.open(gatewayOf({ acknowledge: "delivered", ...listen }));
}

/** Fails unless 1, 2 and 3 were delivered, each as it came, and what is broken is in quarantine. */
async function assertTaken(site: Site): Promise<void> {
  const files = await Array.fromAsync(Deno.readDir(site.folder.at("out")), ({ name }) => name);
  const texts = await Promise.all(files.sort().map((name) => Deno.readTextFile(site.folder.at("out", name))));
  assertEquals(texts, [hl7("1"), hl7("2"), third]);
  await site.assertKept(bytesOf(broken), "HL7V2_HEADER_TOO_SHORT");
}

const taken = [
  "FHS|^~\\&|LAB|EAST|ADMIT|WEST|when||||id|F1",
  "BHS|^~\\&|LAB|EAST|ADMIT|WEST|when||||id|B1",
  "MSA|AA|1",
  "MSA|AA|2",
  "MSA|AE",
  "ERR|||100^Segment sequence error^HL70357|E",
  "MSA|AA|3",
  "BTS|4",
  "FTS|1",
];

Deno.test("over mllp a batch with a broken message is answered as one, and the others are delivered", async () => {
  await using site = await open({ mllp: { port: 0 } });
  using peer = await site.dial();
  await peer.send(oneBad);
  assertEquals(shown(await peer.text()), taken);
  await assertTaken(site);
});

Deno.test("over https a batch with a broken message gets 200 and the answer, and the others are delivered", async () => {
  await using site = await open({ https: { port: 0 } });
  const response = await site.post(oneBad, "application/hl7-v2");
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/hl7-v2"]);
  assertEquals(shown(await response.text()), taken);
  await assertTaken(site);
});

Deno.test("a watched file that is a batch with a broken message is put where refused files go, and the others are delivered", async () => {
  const folder = await Folder.make();
  await Deno.mkdir(folder.at("in"));
  await folder.write(join("in", "batch.hl7"), oneBad);
  const listen = { file: { path: "./in", everyMs: 10, settleMs: 0 } };
  await using site = await Site.open(gatewayOf({ acknowledge: "delivered", ...listen }), folder);
  const { outcome } = await site.seen("messageAnswered");
  assertEquals(outcome, "rejected");
  await assertTaken(site);
  // The folder has put it away once it looks for the next.
  await folder.write(join("in", "next.hl7"), hl7("NEXT"));
  await site.seen("messageAnswered", undefined, 2);
  assertEquals(await Deno.readTextFile(folder.at("in", "failed", "batch.hl7")), oneBad);
});

Deno.test("over mllp a batch that is broken as a whole is refused message by message, and kept whole", async () => {
  await using site = await open({ mllp: { port: 0 } });
  using peer = await site.dial();
  await peer.send(nested);
  const said = shown(await peer.text())?.filter((line) => line.startsWith("MSA"));
  assertEquals(said?.map((line) => line.split("|", 3).join("|")), ["MSA|AE|1", "MSA|AE|2"]);
  await site.assertKept(bytesOf(nested), "HL7V2_BATCH_HEADER_MISPLACED");
  await peer.send(hl7("GOOD"));
  assert((await peer.text())?.includes("MSA|AA|GOOD"));
});

for (const acknowledge of ["received", "delivered"]) {
  Deno.test(`over mllp messages in a row without a batch around them are refused at ${acknowledge}, none of them taken`, async () => {
    await using site = await open({ mllp: { port: 0 }, acknowledge });
    using peer = await site.dial();
    await peer.send(hl7("1") + hl7("2"));
    assert((await peer.text())?.includes("MSA|AE|1"));
    await site.assertKept(bytesOf(hl7("1") + hl7("2")), "HL7V2_MESSAGE_NOT_ALONE");
  });
}

Deno.test("a batch that one gateway collects another takes apart, and says so in an answer the first understands", async () => {
  await using receiver = await open({ mllp: { port: 0 } });
  const [host, port] = receiver.address().split(":");
  const lab = { mllp: { host, port: Number(port) }, collect: { countMax: 3, as: "hl7-batch" } };
  await using sender = await Site.open({
    ...gatewayOf({ mllp: { port: 0 } }),
    channels: { inbox: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { lab } } },
  });
  using peer = await sender.dial();
  for (const id of ["1", "2", "3"]) {
    await peer.send(hl7(id));
    await peer.text();
  }
  await sender.seen("messageDelivered");
  assertEquals(receiver.events.filter(({ name }) => name === "messageDelivered").length, 3);
  const [received] = receiver.events.filter((event) => event.name === "batchReceived");
  assertEquals([received.messages, received.warnings], [3, []]);
});

Deno.test("a batch of ten thousand messages is taken by a real gateway, and answered with as many acknowledgments", async () => {
  const count = 10_000;
  const ids = Array.from({ length: count }, (_, at) => `N${at}`);
  const batch = `${header}${ids.map((id) => hl7(id)).join("")}BTS|${count}\r`;
  await using folder = await Folder.make();
  await using gateway = await Gateway.open(
    {
      ...gatewayOf({ mllp: { port: 0 } }),
      channels: {
        inbox: {
          listen: { mllp: { port: 0 } },
          parse: "hl7v2",
          filter: "MSH-10 = 'none'",
          send: { out: { file: { path: "./out" } } },
        },
      },
    },
    { folder: folder.path },
  );
  const { outcome, answer } = await gateway.inject("inbox", bytesOf(batch));
  assertEquals(outcome.kind, "accepted");
  const acknowledged = new TextDecoder().decode(answer!.bytes).matchAll(/\rMSA\|AA\|(\w+)/g);
  assertEquals(Array.from(acknowledged, ([, id]) => id), ids);
});
