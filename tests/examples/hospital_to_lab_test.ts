import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { secrets } from "../../examples/hospital_to_lab/messages.ts";
import { mitral } from "../../examples/_kit/process.ts";
import { countIn } from "../../examples/_kit/tap.ts";
import { commandOf } from "./_played.ts";
import { inFolder, Program } from "./_program.ts";

const [, ...demo] = await commandOf("hospital_to_lab");
const main = ["run", "-P=examples", "examples/hospital_to_lab/main.ts"];

/** The number that stands behind a name in the table. */
function figure(out: string, name: string): number {
  return Number(new RegExp(`^  ${name} +(\\d+)$`, "m").exec(out)?.[1]);
}

Deno.test("the demo delivers every message, shows the figures and leaves nothing behind", () =>
  inFolder(async (folder) => {
    const options = ["--once", "--count", "40", "--rate", "200"];
    await using program = new Program([...demo, ...options], { TMPDIR: folder });
    assertEquals(await program.ended(), 0, program.out + program.err);
    const { out } = program;
    for (const name of ["sent", "acknowledged", "delivered", "receipts signed"]) {
      assertEquals(figure(out, name), 40, name);
    }
    for (const name of ["refused", "quarantined"]) assertEquals(figure(out, name), 0, name);
    assertMatch(out, /^ {2}sent to acknowledged +p50 \d+\.\d ms, p99 \d+\.\d ms$/m);
    assertMatch(out, /^ {2}sent to delivered +p50 \d+\.\d ms, p99 \d+\.\d ms$/m);
    assertMatch(out, /went into st-elsewhere [1-9]\d* times/);
    assertStringIncludes(out, "between the gateways they turn up 0 times");
    assertMatch(out, /journal holds the answer of the system behind it: MSA\|[AC]A\|\w+-40$/m);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("the demo goes on until it is interrupted, and its gateways answer the commands it names", () =>
  inFolder(async (folder) => {
    await using program = new Program([...main, "--count", "10", "--dir", folder]);
    await program.printed(/Try, in another terminal:[^]*until Ctrl-C/);
    const commands = Array.from(
      program.out.matchAll(/^ {2}deno task mitral (.*)$/gm),
      ([, line]) => line.split(" "),
    );
    assertEquals(commands.map(([name]) => name), ["status", "messages", "messages", "send"]);
    for (const command of commands) {
      const { code, err } = await mitral(...command);
      assertEquals(code, 0, `${command.join(" ")}: ${err}`);
    }
    program.interrupt();
    assertEquals(await program.ended(), 0, program.out + program.err);
    for (const site of ["st-elsewhere", "metro-lab"]) {
      const log = await Deno.readFile(join(folder, `${site}.log`));
      assertStringIncludes(new TextDecoder().decode(log), "gatewayStopped");
      assertEquals(countIn([log], secrets), 0);
    }
  }));

Deno.test("the demo can be interrupted while messages flow, and leaves nothing behind", () =>
  inFolder(async (folder) => {
    await using program = new Program([...main, "--count", "2000"], { TMPDIR: folder });
    await program.printed(/^Sending/m);
    program.interrupt();
    assertEquals(await program.ended(), 130, program.out + program.err);
    assertEquals(program.out.includes("acknowledged"), false);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("the demo says why a gateway does not start, and stops the other", () =>
  inFolder(async (folder) => {
    const keys = join(folder, "metro-lab/keys");
    assertEquals((await mitral("keys", "master", join(folder, "metro-lab/master.key"))).code, 0);
    assertEquals((await mitral("keys", "init", "--name", "metro-lab", "--out", keys)).code, 0);
    await Deno.writeTextFile(join(keys, "gateway.json"), "{}");
    await using program = new Program([...main, "--once", "--dir", folder]);
    assertEquals(await program.ended(), 1);
    assertMatch(program.err, /^Gateway metro-lab has ended with \d+:$/m);
    assertMatch(program.err, /^ {2}[A-Z]+_[A-Z_]+ Cannot /m);
    assertStringIncludes(await Deno.readTextFile(join(folder, "st-elsewhere.log")), "gatewayStopped");
  }));

Deno.test("the demo refuses options that make no sense", async () => {
  for (const args of [["--count", "0"], ["--count", "many"], ["--rate", "1.5"]]) {
    await using program = new Program([...main, ...args]);
    assertEquals(await program.ended(), 1);
    assertStringIncludes(program.err, `${args[0]} takes a whole number`);
    assert(program.out === "");
  }
});
