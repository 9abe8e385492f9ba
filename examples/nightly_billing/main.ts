/** Charges gather and go out as one file. README.md tells what to look at. */
import { mitral } from "../_kit/process.ts";
import { runExample } from "../_kit/run_example.ts";
import { shown } from "../_kit/shown.ts";

await runExample(import.meta.url, async (stage) => {
  const outbox = stage.outbox("outbox");
  const messages = await stage.messages("charges.hl7");
  const [today, tomorrow] = [messages.slice(0, 4), messages.slice(4)];
  const charges = today.filter((message) => message.get("MSH-9.1") === "DFT");

  const gateway = await stage.start();
  console.log(`In the course of a day ${today.length} messages come in, ${charges.length} of them charges:`);
  const answers = await stage.send(2578, today);
  stage.claim("all are acknowledged", answers.every((answer) => answer.get("MSA-1") === "AA"));
  await gateway.stop();
  await stage.start();
  const { gathering } = (await stage.status()).channels[0].destinations["clearing-house"];
  stage.claim(`after a restart ${gathering} have gathered`, gathering === charges.length);
  stage.claim("nothing has gone out", (await outbox.names()).length === 0);

  console.log("What happens at 02:15 by itself a person asks for now, by `mitral channel flush billing`:");
  const { file } = await stage.site();
  const flush = async () => {
    const { out } = await mitral("channel", "flush", "billing", "--file", file);
    console.log(`  ${out.trim()}`);
  };
  await flush();
  const [first] = await outbox.until(1);
  const batch = await outbox.read(first);
  console.log(`  ${first}\n${shown(batch)}`);
  const inOrder = charges.map((charge) => new TextDecoder().decode(charge.toBytes())).join("");
  stage.claim("it has every charge, byte for byte, in order", batch.includes(inOrder));
  stage.claim("it says how many they are", batch.includes(`\rBTS|${charges.length}\r`));

  console.log("The next day:");
  await stage.send(2578, tomorrow);
  await flush();
  const [, second] = await outbox.until(2);
  console.log(`  ${second}`);
  await flush();
  stage.claim("of nothing no file is made", (await outbox.names()).length === 2);
});
