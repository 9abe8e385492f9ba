import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { run } from "../console_kit.ts";

const golden = new URL("../golden/", import.meta.url);

/** Compares with a kept file; `UPDATE_GOLDEN=1` keeps what is printed now. */
async function assertGolden(name: string, actual: string): Promise<void> {
  const file = new URL(name, golden);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(file, actual);
  assertEquals(actual, await Deno.readTextFile(file));
}

const commands = [
  "init",
  "new",
  "check",
  "graph",
  "schema",
  "keys",
  "keys init",
  "keys export",
  "keys master",
  "keys recover",
  "keys revoke",
  "keys rotate",
  "keys seal",
  "keys show",
  "keys wireguard",
  "relay",
  "relay init",
  "relay add",
  "relay link",
  "relay unlink",
  "relay remove",
  "relay list",
  "relay apply",
  "relay check",
  "network",
  "network init",
  "network render",
  "network diff",
  "partner",
  "partner invite",
  "partner accept",
  "partner confirm",
  "partner list",
  "partner show",
  "partner account",
  "partner test",
  "partner suspend",
  "partner resume",
  "partner remove",
  "partner rotate",
  "run",
  "status",
  "tail",
  "channel",
  "channel start",
  "channel stop",
  "channel reload",
  "channel flush",
  "channel pause",
  "channel resume",
  "channel skip",
  "channel divert",
  "plan",
  "apply",
  "messages",
  "messages list",
  "messages show",
  "messages replay",
  "messages release",
  "messages cancel",
  "journal",
  "journal acts",
  "journal release",
  "journal rekey",
  "trace",
  "test",
  "test-connection",
  "tls",
  "tls check",
  "send",
  "sink",
  "diff",
  "help",
  "completions",
  "version",
];

Deno.test("console prints the help of the program as it is kept", async () => {
  const { code, out, err } = await run(["--help"]);
  assertEquals([code, err], [exitCodes.ok, ""]);
  await assertGolden("help.txt", out);
});

for (const command of commands) {
  Deno.test(`console prints the help of ${command} as it is kept`, async () => {
    const { code, out } = await run([...command.split(" "), "--help"]);
    assertEquals(code, exitCodes.ok);
    await assertGolden(`help_${command.replace(" ", "_")}.txt`, out);
  });
}

Deno.test("console shows with every command that does something an example of it", async () => {
  for (
    const command of commands.filter((name) =>
      !["keys", "partner", "channel", "messages", "journal", "network", "relay", "tls", "version"].includes(
        name,
      )
    )
  ) {
    const { out } = await run([...command.split(" "), "--help"]);
    assertMatch(out, new RegExp(`\\nExamples?:\\n  mitral ${command}`));
  }
});

Deno.test("console prints the same help for help COMMAND and COMMAND --help", async () => {
  for (const command of commands) {
    const words = command.split(" ");
    assertEquals((await run(["help", ...words])).out, (await run([...words, "--help"])).out);
  }
});

Deno.test("console prints the exit codes, and every one of them", async () => {
  const { code, out } = await run(["help", "exit-codes"]);
  assertEquals(code, exitCodes.ok);
  const listed = [...out.matchAll(/^ *(\d+) /gm)].map(([, code]) => Number(code));
  assertEquals(listed, Object.values(exitCodes));
});

Deno.test("console lists commands and components without a topic", async () => {
  const { code, out } = await run(["help"]);
  assertEquals(code, exitCodes.ok);
  assertStringIncludes(out, "messages");
  assertStringIncludes(out, "senders     file, mllp");
});

Deno.test("console prints the settings of a component, for each thing of that name", async () => {
  const { code, out } = await run(["help", "mllp"]);
  assertEquals(code, exitCodes.ok);
  for (const part of ["mllp (listener)", "mllp (sender)", "answerMsMax", "MLLP_PORT_BUSY"]) {
    assertStringIncludes(out, part);
  }
});

Deno.test("console says which topic it does not know", async () => {
  const { code, out, err } = await run(["help", "nonsense"]);
  assertEquals([code, out], [exitCodes.cannot, ""]);
  assert(err.startsWith("CONSOLE_COMPONENT_MISSING Cannot find nonsense"));
});

Deno.test("console prints its version, both ways", async () => {
  assertEquals(await run(["version"]), { code: exitCodes.ok, out: "1.2.3\n", err: "" });
  assertEquals((await run(["--version"])).out, "1.2.3\n");
});

Deno.test("console answers a command line it cannot read with a code, a hint and exit code 2", async () => {
  const lines: [string[], string][] = [
    [["nonsense"], "CONSOLE_USAGE_WRONG"],
    [["run"], "CONSOLE_USAGE_WRONG"],
    [["run", "a.yaml", "b.yaml"], "CONSOLE_USAGE_WRONG"],
    [["run", "a.yaml", "--log", "xml"], "CONSOLE_VALUE_WRONG"],
    [["status", "--bogus"], "CONSOLE_USAGE_WRONG"],
    [["send", "host:99999", "a.hl7"], "CONSOLE_VALUE_WRONG"],
    [["send", "host:0", "a.hl7"], "CONSOLE_VALUE_WRONG"],
    [["send", "host:1", "a.hl7", "--count", "0"], "CONSOLE_VALUE_WRONG"],
    [["sink", "host", "--count", "1"], "CONSOLE_VALUE_WRONG"],
    [["sink", "host:0", "--answer", "AX"], "CONSOLE_VALUE_WRONG"],
    [["messages", "list", "--since", "yesterday"], "CONSOLE_VALUE_WRONG"],
    [["messages", "list", "--limit", "1001"], "CONSOLE_VALUE_WRONG"],
    [["keys", "init"], "CONSOLE_USAGE_WRONG"],
    [["keys", "master"], "CONSOLE_USAGE_WRONG"],
    [["keys", "show"], "CONSOLE_USAGE_WRONG"],
    [["partner", "invite"], "CONSOLE_USAGE_WRONG"],
    [["partner", "accept"], "CONSOLE_USAGE_WRONG"],
    [["journal", "rekey", "gateway.yaml"], "CONSOLE_USAGE_WRONG"],
    [["relay", "init", "relay"], "CONSOLE_USAGE_WRONG"],
    [["relay", "link", "relay", "a"], "CONSOLE_USAGE_WRONG"],
  ];
  for (const [args, expected] of lines) {
    const { code, out, err } = await run(args);
    assertEquals([code, out, err.split(" ")[0]], [exitCodes.usage, "", expected], args.join(" "));
  }
});

Deno.test("console shows its help, and exit code 2, where a command is missing", async () => {
  for (const args of [[], ["messages"], ["channel"], ["keys"], ["partner"], ["journal"], ["relay"]]) {
    const { code, out, err } = await run(args);
    assertEquals([code, out], [exitCodes.usage, ""]);
    assertStringIncludes(err, "Usage: mitral");
  }
});

Deno.test("console colours only for a person", async () => {
  assert((await run(["help"], { isTerminal: true, colour: true })).out.includes("\x1b[1m"));
  assert(!(await run(["help"], { isTerminal: true })).out.includes("\x1b["));
});
