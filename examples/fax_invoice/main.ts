/** A faxed invoice becomes HL7, with a person where one is needed. README.md tells what to look at. */
import { join } from "node:path";
import { mitral } from "../_kit/process.ts";
import { runExample } from "../_kit/run_example.ts";
import { shown } from "../_kit/shown.ts";
import { fax } from "./fax_machine.ts";
import { insuranceId, invoice, stain } from "./invoice.ts";

/** Columns of a line that are shown: the document itself is in one. */
const columnsMax = 110;

await runExample(import.meta.url, async (stage) => {
  const ehr = stage.hl7Peer("ehr", 7001);
  const billing = stage.hl7Peer("billing", 7002);
  const inbox = join(stage.folder, "in");
  await Deno.mkdir(inbox);
  const gateway = await stage.start();
  const { file } = await stage.site();
  /** What somebody types, and what it prints. */
  const type = async (...args: readonly string[]) => {
    console.log(`  $ mitral ${args.join(" ")}`);
    const { code, out, err } = await mitral(...args, "--file", file);
    if (code !== 0) throw new Error(`mitral ${args[0]} ${args[1]} ends with ${code}:\n${err}`);
    return out;
  };

  console.log("The patient is registered:");
  await stage.send(2575, await stage.messages("registered.hl7"));
  await ehr.until(1);
  console.log(shown(ehr.received[0]));

  console.log("An invoice comes by fax. Reading it takes some seconds, and longer on a busy machine:");
  // It gets its name when it is whole: that is when the gateway takes it.
  await Deno.writeFile(join(inbox, "fax0001.part"), await fax(invoice, stain));
  await Deno.rename(join(inbox, "fax0001.part"), join(inbox, "fax0001.tif"));
  await gateway.logged("document waits for review");
  const queue = await type("fax", "queue");
  console.log(shown(queue));
  const [, id, doubts] = /^(\S+) .* (\d+) +0 of 1 +waiting$/m.exec(queue) ?? [];
  stage.claim("it waits because of one value", doubts === "1");
  stage.claim("billing has heard nothing of it", billing.received.length === 0);

  console.log(
    "What is doubtful comes first; --out adds pictures of the page and of where each doubt stands:",
  );
  const seen = await type("fax", "show", id, "--out", join(stage.folder, "look"));
  const [facts, values] = seen.split("\n\n");
  console.log(shown(`${facts}\n\n${values.split("\n").slice(0, 8).join("\n")}\n…`));
  stage.claim("it is the number under the coffee", /^insuranceId /.test(values.split("\n")[1]));
  stage.claim("the patient is one the gateway knows", / number 200532 \(index\)$/m.test(facts));

  console.log("Somebody calls the practice, says what it is, and approves:");
  console.log(shown(await type("fax", "set", id, "insuranceId", insuranceId, "--reason", "asked by phone")));
  console.log(shown(await type("fax", "approve", id)));
  await billing.until(1);
  const [charges] = billing.received;
  const lines = new TextDecoder().decode(charges.toBytes()).trimEnd().split("\r");
  const corrected = lines.filter((line) => /^ZFX\|\d+\|insuranceId\|/.test(line));
  console.log(shown(lines.filter((line) => !line.startsWith("ZFX")).map(short).join("\n")));
  console.log("Of each value a ZFX tells how it came to be, of the corrected one this:");
  console.log(shown(corrected.join("\n")));
  stage.claim("billing has a DFT^P03 of three charges", charges.getAll("FT1[*]-11.1.1").length === 3);
  stage.claim("it has the number that was told by phone", charges.get("IN1-36") === insuranceId);
  stage.claim(
    "and says that a person has set it",
    corrected.length === 1 && corrected[0].includes("|1.000|person|"),
  );
  stage.claim("the document goes with it, as PDF", charges.get("OBX-5.3") === "PDF");

  const [done] = await Array.fromAsync(Deno.readDir(join(inbox, "done")), ({ name }) => name);
  console.log("The same is done in a browser. Have the fax come again, give yourself a name, and sign in:");
  console.log(`  cp ${join(inbox, "done", done)} ${join(inbox, "again.tif")}`);
  console.log(`  deno task mitral users add ann --file ${file}\n  http://127.0.0.1:${stage.port(8480)}`);
});

function short(line: string): string {
  return line.length > columnsMax ? `${line.slice(0, columnsMax)}…` : line;
}
