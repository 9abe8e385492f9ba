import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { type ConsoleOptions, run, withFolder } from "../console_kit.ts";

const CHANNELS = `channels:
  inbox:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { files: { file: { path: . } } }
`;

/** Two gateways, `hospital` and `lab`, each with keys and a folder of partners to come. */
async function withGateways(
  use: (
    mitral: (line: string, options?: ConsoleOptions) => ReturnType<typeof run>,
    cwd: string,
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (cwd) => {
    const mitral = (line: string, options: ConsoleOptions = {}) => run(line.split(" "), { cwd, ...options });
    for (const name of ["hospital", "lab"]) {
      await Deno.mkdir(join(cwd, name));
      const head = `gateway: ${name}.example\nkeys: ./keys/gateway.json\npartners: ./partners\n`;
      await Deno.writeTextFile(join(cwd, name, "gateway.yaml"), head + CHANNELS);
      await mitral(`keys master ${name}/master.key`);
      await mitral(`keys init --file ${name}/gateway.yaml`);
    }
    await use(mitral, cwd);
  });
}

/** Lets the two meet up to the words; the words, as the hospital has them. */
async function met(mitral: (line: string) => ReturnType<typeof run>): Promise<string> {
  await mitral("partner invite lab --file hospital/gateway.yaml");
  await mitral("partner accept lab.invitation.json --name hospital --file lab/gateway.yaml");
  const { out } = await mitral(
    "partner accept lab.example.acceptance.json --file hospital/gateway.yaml --json",
  );
  return JSON.parse(out).words.join(" ");
}

Deno.test("partner lets two gateways meet by two files and eight words", () =>
  withGateways(async (mitral, cwd) => {
    const invited = await mitral("partner invite lab --file hospital/gateway.yaml");
    assertEquals([invited.code, invited.err], [exitCodes.ok, ""]);
    assertMatch(
      invited.out,
      /^wrote lab\.invitation\.json {2}send it to lab; it is good for one answer, until \S+ \S+\nnext: mitral partner accept FILE, .*\n$/,
    );
    assertEquals((await Deno.stat(join(cwd, "lab.invitation.json"))).mode! & 0o777, 0o600);
    const accepted = await mitral(
      "partner accept lab.invitation.json --name hospital --file lab/gateway.yaml",
    );
    assertEquals([accepted.code, accepted.err], [exitCodes.ok, ""]);
    const said =
      /^wrote lab\.example\.acceptance\.json .*\npartner hospital, .*hospital\.example\nwords {3}(?<words>(\w+ ){7}\w+)\nnext: .*\n$/
        .exec(accepted.out);
    const { words = "" } = said?.groups ?? {};
    const taken = await mitral("partner accept lab.example.acceptance.json --file hospital/gateway.yaml");
    assertEquals([taken.code, taken.err], [exitCodes.ok, ""]);
    assertStringIncludes(taken.out, `words   ${words}\n`);
    for (const [name, other] of [["hospital", "lab"], ["lab", "hospital"]]) {
      const shown = await mitral(`partner show ${other} --file ${name}/gateway.yaml`);
      assertStringIncludes(shown.out, `words        ${words}\n`);
      const { code, out } = await run(
        ["partner", "confirm", other, "--file", `${name}/gateway.yaml`, "--words", words],
        { cwd },
      );
      assertEquals([code, out], [
        exitCodes.ok,
        `${other} is a partner; a gateway that runs sees it within ten seconds\n`,
      ]);
    }
    const { out } = await mitral("partner list --file hospital/gateway.yaml");
    assertMatch(out, /^partner .*\nlab +lab\.example +active +1 .* ada\n$/);
    const facts = JSON.parse((await mitral("partner show lab --file hospital/gateway.yaml --json")).out);
    assertEquals([facts.state, facts.words, facts.confirmed.by], ["active", undefined, "ada"]);
  }));

Deno.test("partner lets gateways meet though channels name partners that are still to come", () =>
  withGateways(async (mitral, cwd) => {
    const file = join(cwd, "lab", "gateway.yaml");
    const other = CHANNELS.replace(
      "{ file: { path: . } }",
      "{ mllp: { host: 127.0.0.1, port: 1, tls: { partner: clinic } } }",
    );
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(CHANNELS, other));
    assertMatch((await mitral("partner list --file lab/gateway.yaml")).out, /^no partners yet\nnext: /);
    await mitral("partner invite lab --file hospital/gateway.yaml");
    const accepted = await mitral("partner accept lab.invitation.json --file lab/gateway.yaml");
    assertEquals([accepted.code, accepted.err], [exitCodes.ok, ""]);
    const { err } = await mitral("check lab/gateway.yaml");
    assertMatch(
      err,
      /CONFIG_PARTNER_UNKNOWN .* clinic\n +hint: there is hospital\.example, or invite it by /,
    );
  }));

Deno.test("partner confirm asks for the words, and counts nothing without them", () =>
  withGateways(async (mitral) => {
    const words = await met(mitral);
    const line = "partner confirm lab --file hospital/gateway.yaml";
    const nobody = await mitral(line);
    assertEquals(nobody.code, exitCodes.cannot);
    assertStringIncludes(nobody.err, "CONSOLE_WORDS_MISSING");
    const wrong = await mitral(line, {
      answer: words.replace(/^\w+/, words.startsWith("zoo") ? "zone" : "zoo"),
    });
    assertEquals(wrong.code, exitCodes.no);
    assertStringIncludes(wrong.err, "RECORD_WORDS_DIFFERENT Cannot confirm partner lab: 1 of 8 words differ");
    const right = await mitral(line, { answer: words });
    assertEquals(right.code, exitCodes.ok);
    assertStringIncludes(right.out, "the eight words that lab reads out:");
    // Who is confirmed already is not called again.
    const again = await mitral(line, { answer: words });
    assertStringIncludes(again.err, "RECORD_STATE_WRONG Cannot confirm partner lab: it is active");
    assertEquals(again.out, "");
  }));

Deno.test("partner says what is wrong with a file, an order or a name", () =>
  withGateways(async (mitral, cwd) => {
    const refused = async (line: string) => {
      const { code, err } = await mitral(line);
      assert(code !== exitCodes.ok, line);
      return err.split(" ")[0];
    };
    await mitral("partner invite lab --file hospital/gateway.yaml");
    const at = "--file hospital/gateway.yaml";
    assertEquals(await refused(`partner confirm lab ${at}`), "RECORD_STATE_WRONG");
    assertEquals(await refused(`partner accept hospital/gateway.yaml ${at}`), "CONSOLE_FILE_UNFIT");
    assertEquals(
      await refused(`partner accept lab/keys/lab.example.partner.json ${at}`),
      "CONSOLE_FILE_UNFIT",
    );
    assertEquals(await refused(`partner accept nowhere.json ${at}`), "CONSOLE_FILE_UNREADABLE");
    assertEquals(await refused(`partner accept lab.invitation.json ${at}`), "RECORD_GATEWAY_OURS");
    assertEquals(await refused(`partner invite lab ${at}`), "CONSOLE_FILE_EXISTS");
    assertEquals(await refused(`partner invite partners --out x.json ${at}`), "RECORD_NAME_INVALID");
    assertEquals(await refused(`partner invite lab --days 0 ${at}`), "CONSOLE_VALUE_WRONG");
    assertEquals(await refused(`partner show nobody ${at}`), "RECORD_PARTNER_UNKNOWN");
    assertEquals(
      await refused(`partner rotate lab lab/keys/lab.example.partner.json ${at}`),
      "RECORD_STATE_WRONG",
    );
    await mitral("partner accept lab.invitation.json --file lab/gateway.yaml");
    assertEquals(
      await refused("partner accept lab.invitation.json --out x.json --file lab/gateway.yaml"),
      "INVITATION_TOKEN_USED",
    );
    assertEquals(
      await refused(`partner accept lab.example.acceptance.json --name x ${at}`),
      "CONSOLE_USAGE_WRONG",
    );
    // Nothing that was refused has left a file behind.
    const files = await Array.fromAsync(Deno.readDir(cwd), ({ name }) => name);
    assertEquals(files.sort(), ["hospital", "lab", "lab.example.acceptance.json", "lab.invitation.json"]);
  }));

Deno.test("partner needs a folder for partners and keys to meet them with, and says how to have them", () =>
  withGateways(async (mitral, cwd) => {
    const file = join(cwd, "hospital", "gateway.yaml");
    await Deno.writeTextFile(file, `gateway: hospital.example\nkeys: ./keys/gateway.json\n${CHANNELS}`);
    const line = "partner invite lab --file hospital/gateway.yaml";
    assertMatch((await mitral(line)).err, /^CONSOLE_PARTNERS_UNKEPT .*\n {2}hint: .*partners: \.\/partners/);
    await Deno.writeTextFile(file, `gateway: hospital.example\npartners: ./partners\n${CHANNELS}`);
    assertMatch((await mitral(line)).err, /^CONSOLE_KEYS_UNNAMED .*\n {2}hint: .*keys: \.\/keys/);
    await Deno.writeTextFile(
      file,
      `gateway: other\nkeys: ./keys/gateway.json\npartners: ./partners\n${CHANNELS}`,
    );
    assertMatch((await mitral(line)).err, /^KEYRING_GATEWAY_MISMATCHED /);
    await Deno.writeTextFile(file, "gateway: hospital.example\npartners: ./partners\nchanels: {}\n");
    assertMatch((await mitral(line)).err, /^hospital\/gateway\.yaml:3:1 CONFIG_KEY_UNKNOWN /);
  }));

Deno.test("partner suspend, resume, rotate and remove change what list and show tell", () =>
  withGateways(async (mitral, cwd) => {
    const words = await met(mitral);
    await run(["partner", "confirm", "lab", "--file", "hospital/gateway.yaml", "--words", words], { cwd });
    const at = "--file hospital/gateway.yaml";
    const state = async () =>
      JSON.parse((await mitral(`partner list ${at} --json`)).out).map((each: { state: string }) =>
        each.state
      );
    assertEquals(
      (await mitral(`partner suspend lab ${at}`)).out,
      "suspended lab; a gateway that runs sees it within ten seconds\n",
    );
    assertEquals(await state(), ["suspended"]);
    assertEquals(
      (await mitral(`partner resume lab ${at} --json`)).out,
      '{"partner":"lab","state":"active"}\n',
    );
    await mitral("keys rotate --file lab/gateway.yaml");
    const rotated = await mitral(`partner rotate lab lab/keys/lab.example.partner.json ${at}`);
    assertEquals([rotated.code, rotated.out], [
      exitCodes.ok,
      "took lab/keys/lab.example.partner.json, serial 2, of lab\n",
    ]);
    assertEquals(
      (await mitral(`partner rotate lab lab/keys/lab.example.partner.json ${at}`)).out,
      "lab has that file already\n",
    );
    assertMatch(
      (await mitral(`partner rotate lab ${at}`)).out,
      /^our own file is hospital\/keys\/hospital\.example\.partner\.json, serial 1, /,
    );
    assertEquals((await mitral(`partner remove lab ${at}`)).code, exitCodes.ok);
    assertEquals(await state(), []);
  }));

Deno.test("partner list shows the others beside a record that cannot be read, and says which that is", () =>
  withGateways(async (mitral, cwd) => {
    await mitral("partner invite lab --file hospital/gateway.yaml");
    await Deno.writeTextFile(join(cwd, "hospital/partners/broken.json"), "{}");
    const { code, out, err } = await mitral("partner list --file hospital/gateway.yaml");
    assertEquals(code, exitCodes.no);
    assertMatch(out, /\nlab +invited /);
    assertMatch(err, /^note RECORD_FILE_INVALID .*broken.*\n$/);
    const checked = await mitral("check hospital/gateway.yaml");
    assertEquals(checked.code, exitCodes.ok);
    assertMatch(checked.err, /^note RECORD_FILE_INVALID /);
  }));

Deno.test("check knows the partners of the folder, and how one that is not there is invited", () =>
  withGateways(async (mitral, cwd) => {
    const head = await Deno.readTextFile(join(cwd, "hospital/gateway.yaml"));
    const pki = "tls: { partner: lab }";
    await Deno.writeTextFile(
      join(cwd, "hospital/gateway.yaml"),
      head.replace("file: { path: . }", `mllp: { host: lab.example, port: 2575, ${pki} }`),
    );
    const before = await mitral("check hospital/gateway.yaml");
    assertMatch(before.err, /CONFIG_PARTNER_UNKNOWN .*\n {2}hint: invite it by mitral partner invite/);
    // Whoever invites it need not take the channel out for that.
    assertEquals((await mitral("partner invite lab --file hospital/gateway.yaml")).code, exitCodes.ok);
    assertEquals((await mitral("check hospital/gateway.yaml")).code, exitCodes.ok);
  }));
