/** Transformers of one's own, with a memory and a question. README.md tells what to look at. */
import type { Hl7Message } from "mitral";
import { runExample } from "../_kit/run_example.ts";

/** What the terminology service knows. */
const names: Readonly<Record<string, string>> = {
  "/2345-7": "Glucose [Moles/volume] in Serum or Plasma",
  "/2823-3": "Potassium [Moles/volume] in Serum or Plasma",
  "/2951-2": "Sodium [Moles/volume] in Serum or Plasma",
};

await runExample(import.meta.url, async (stage) => {
  const asked: string[] = [];
  await using _terminology = Deno.serve(
    { hostname: "127.0.0.1", port: stage.port(8090), onListen() {} },
    ({ url }) => {
      const { pathname } = new URL(url);
      asked.push(pathname.slice(1));
      return new Response(names[pathname], { status: pathname in names ? 200 : 404 });
    },
  );
  const ehr = stage.hl7Peer("ehr", 7001);
  const results = await stage.messages("results.hl7");
  const before = results.slice(0, 3);

  console.log(`${before.length} results come in:`);
  const gateway = await stage.start();
  await stage.send(2575, before);
  await ehr.until(before.length);
  ehr.received.forEach(show);

  console.log(`The gateway is stopped, started again, and ${results.length - before.length} more come in:`);
  await gateway.stop();
  await stage.start();
  await stage.send(2575, results.slice(before.length));
  await ehr.until(results.length);
  ehr.received.slice(before.length).forEach(show);

  const senders = Object.entries(Object.groupBy(ehr.received, (result) => result.get("MSH-3")!));
  for (const [sender, list = []] of senders) {
    const numbers = list.map((result) => result.get("MSH-13"));
    const isWhole = numbers.every((number, at) => number === String(at + 1));
    stage.claim(`the numbers of ${sender} are ${numbers.join(", ")}`, isWhole);
  }
  const codes = results.flatMap((result) => result.getAll("OBX[*]-3.1"));
  const isOnce = asked.length === new Set(codes).size;
  stage.claim(
    `for the ${codes.length} codes the service was asked ${asked.length} times, once for each name`,
    isOnce,
  );
});

function show(result: Hl7Message): void {
  const names = result.getAll("OBX[*]-3.2").join("; ");
  console.log(`  ${result.get("MSH-3")} number ${result.get("MSH-13")}: ${names}`);
}
