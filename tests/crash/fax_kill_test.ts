import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { MllpClient } from "../../examples/_kit/mllp.ts";
import { Peer } from "../../examples/_kit/peers.ts";
import { freePorts } from "../../examples/_kit/ports.ts";
import { askMitral } from "../../examples/_kit/process.ts";
import { fax } from "../../examples/fax_invoice/fax_machine.ts";
import { insuranceId, invoice, stain } from "../../examples/fax_invoice/invoice.ts";
import { Crashable } from "./_crashable.ts";
import { faxClinic } from "./_fax_clinic.ts";

const registered =
  "MSH|^~\\&|ADT|A|B|C|20260105081500||ADT^A04|1|P|2.5.1\rPID|1||200532^^^ST E^MR||Okonkwo^Chidi||19881121|M\r";

/** What is looked at of a document in the queue. */
interface Waiting {
  readonly id: string;
  readonly doubts: number;
  readonly state: string;
}

Deno.test("a fax is not lost, and is one message, when its gateway is killed while it is read, waits, is decided on, and goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [adt, port] = freePorts(2);
    const site = {
      name: "clinic",
      folder,
      file: join(folder, "gateway.yaml"),
      log: join(folder, "clinic.log"),
    };
    await Deno.writeTextFile(
      site.file,
      faxClinic(adt, port, { faxes: { file: 'path: ./in, pattern: "*.tif"' } }),
    );
    for (const name of ["adt", "in"]) await Deno.mkdir(join(folder, name));
    const ask = (...args: string[]) => askMitral(...args, "--file", site.file);
    const queue = async (...args: string[]) => await ask("fax", "queue", ...args) as Waiting[];
    const faxes = async () =>
      await ask("messages", "list", "--channel", "faxes") as { readonly state: string }[];
    await using gateway = new Crashable(site);
    await gateway.up();
    using client = new MllpClient(adt);
    await client.ask(new TextEncoder().encode(registered));

    await Deno.writeFile(join(folder, "in/one.part"), await fax(invoice, stain));
    await Deno.rename(join(folder, "in/one.part"), join(folder, "in/one.tif"));
    while (await isThere(join(folder, "in/one.tif")));
    await gateway.crash();
    let waiting = await queue();
    while (waiting.length === 0) waiting = await queue();
    assertEquals(waiting.map(({ doubts }) => doubts), [1]);
    const [{ id }] = waiting;

    await gateway.crash();
    assertEquals(await queue(), waiting);

    await ask("fax", "set", id, "insuranceId", insuranceId);
    await gateway.crash();
    assertEquals((await queue()).map(({ id, doubts }) => [id, doubts]), [[id, 0]]);

    await ask("fax", "approve", id);
    await gateway.crash();
    await using billing = Peer.hl7("billing", { folder, port });
    await billing.until(1);
    await gateway.crash();
    assertEquals(await queue(), []);
    assertEquals((await queue("--state", "approved")).map((one) => one.id), [id]);
    assertEquals((await faxes()).length, 1);
    // One that was on its way when its gateway was killed goes out again, and is the same message.
    const received = new Set(
      billing.received.map((message) => [message.get("MSH-10"), message.get("IN1-36")].join(" ")),
    );
    assertEquals([...received].map((one) => one.split(" ")[1]), [insuranceId]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
