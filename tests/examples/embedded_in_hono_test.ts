import { assertEquals, assertMatch } from "@std/assert";
import { inFolder, Program } from "./_program.ts";

const service = ["run", "-P", "examples/embedded_in_hono/main.ts", "--port", "0"];

Deno.test("the service with a gateway inside turns JSON into HL7, and shows what came of it", async () => {
  await using program = new Program([...service, "--once"]);
  assertEquals(await program.ended(), 0, program.err);
  const { out } = program;
  assertMatch(out, /^POST \/integration\/patients 200 \{"status":"AA","message":"\w+"\}$/m);
  assertMatch(out, /^ {2}MSH\|\^~\\&\|SERVICE\|.*\|ADT\^A04\^ADT_A01\|/m);
  assertMatch(out, /^ {2}PID\|\|\|4711\|\|Doe\^Ann$/m);
  const [, outcomes] = /^GET \/outcomes 200 (.*)$/m.exec(out)!;
  const [{ kind, channel, destination }] = JSON.parse(outcomes);
  assertEquals([kind, channel, destination], ["delivered", "patients", "ehr"]);
  assertMatch(
    out,
    /^GET \/integration\/health 200 \{"gateway":"service","healthy":true,"journal":"open"\}$/m,
  );
});

Deno.test("the service with a gateway inside goes on until it is told, and ends in order", () =>
  inFolder(async (dir) => {
    await using program = new Program([...service, "--dir", dir]);
    const [, url] = await program.printed(/^service +(\S+)$/m);
    await program.printed(/Ctrl-C/);
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, at) => {
      const body = JSON.stringify({ mrn: `${at}`, family: "Doe", given: "Ann" });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/integration/patients`, { method: "POST", headers, body });
      return (await response.json()).status;
    }));
    assertEquals(answers, new Array(20).fill("AA"));
    const outcomes: { kind: string }[] = await (await fetch(`${url}/outcomes`)).json();
    assertEquals(outcomes.map(({ kind }) => kind), new Array(20).fill("delivered"));
    program.interrupt("SIGTERM");
    assertEquals(await program.ended(), 0, program.err);
  }));
