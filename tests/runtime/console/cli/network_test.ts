import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { draftOf } from "../../../../runtime/network/draft.ts";
import { twoHospitals } from "../../network/_questionnaires.ts";
import { type Ended, run, withFolder } from "../console_kit.ts";

/** A folder with a network file, and `mitral network` run in it. */
class Desk {
  constructor(readonly cwd: string) {}

  run(...args: readonly string[]): Promise<Ended> {
    return run(["network", ...args], { cwd: this.cwd });
  }

  async succeeds(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    assertEquals([code, err], [exitCodes.ok, ""], out);
    return out;
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(join(this.cwd, name), text);
  }

  read(name: string): Promise<string> {
    return Deno.readTextFile(join(this.cwd, name));
  }
}

function test(sentence: string, body: (desk: Desk) => Promise<void>): void {
  Deno.test(sentence, () =>
    withFolder(async (cwd) => {
      const desk = new Desk(cwd);
      await desk.write("network.yaml", twoHospitals());
      await body(desk);
    }));
}

test("network render writes every document, and says what is to be settled", async (desk) => {
  await desk.write("network.yaml", twoHospitals({ networks: "10.1.20.0/24", gateway: "10.1.20.9" }));
  const out = await desk.succeeds("render");
  for (
    const path of ["firewall.md", "firewall.csv", "swanctl.conf", "general/ikev2.md", "general/swanctl.conf"]
  ) {
    assertStringIncludes(out, `wrote network/${path}\n`);
    assert((await desk.read(`network/${path}`)).length > 0);
  }
  assertStringIncludes(out, "2 things to settle:\n  general: Both sites use 10.1.20.0/24");
});

test("network diff says that nothing differs, then what an address and a port change", async (desk) => {
  await desk.succeeds("render");
  assertEquals(await desk.succeeds("diff"), "nothing differs\n");
  await desk.write(
    "network.yaml",
    twoHospitals().replace("address: 10.7.0.9", "address: 10.7.0.10").replace("port: 2576", "port: 2577"),
  );
  const { code, out, err } = await desk.run("diff");
  assertEquals([code, err], [exitCodes.no, ""]);
  assertEquals(
    out,
    `gone: general/orders, St. Elsewhere 10.1.20.5 to General Hospital 10.7.0.9, TCP 2575, MLLP, VPN: laboratory orders
gone: general/results, General Hospital 10.7.0.9 to St. Elsewhere 10.1.20.5, TCP 2576, MLLP, VPN: laboratory results
new: general/orders, St. Elsewhere 10.1.20.5 to General Hospital 10.7.0.10, TCP 2575, MLLP, VPN: laboratory orders
new: general/results, General Hospital 10.7.0.10 to St. Elsewhere 10.1.20.5, TCP 2577, MLLP, VPN: laboratory results
firewall.csv changed
firewall.md changed
general/firewall.csv changed
general/firewall.md changed
`,
  );
  const full = await desk.run("diff", "--full");
  assertMatch(full.out, /\n--- firewall\.md\n\+\+\+ firewall\.md\n@@ /);
  const json = JSON.parse((await desk.run("diff", "--json")).out);
  assertEquals([json.rules.new.length, json.documents.length], [2, 4]);
  await desk.succeeds("render");
  assertEquals(await desk.succeeds("diff"), "nothing differs\n");
});

test("network diff shows a network that is added, as a pair of its own in every configuration", async (desk) => {
  await desk.succeeds("render");
  await desk.write("network.yaml", twoHospitals({ networks: "10.7.0.0/24, 10.7.1.0/24" }));
  const { out } = await desk.run("diff", "--full");
  for (const path of ["general/ikev2.md", "general/swanctl.conf", "nftables.conf", "swanctl.conf"]) {
    assertStringIncludes(out, `${path} changed\n`);
  }
  assertStringIncludes(out, "+        remote_ts = 10.7.1.0/24\n");
});

test("network diff shows an edit that somebody made by hand, and render undoes it", async (desk) => {
  await desk.succeeds("render");
  await desk.write("network/swanctl.conf", (await desk.read("network/swanctl.conf")).replace("20s", "200s"));
  const { code, out } = await desk.run("diff", "--full");
  assertEquals(code, exitCodes.no);
  assertStringIncludes(out, "200s\n");
  await desk.succeeds("render");
  await desk.succeeds("diff");
});

test("network render removes the documents of a partner that is gone, and nothing else", async (desk) => {
  await desk.succeeds("render");
  await desk.write("network/general/notes.txt", "ours");
  await desk.write("network.yaml", twoHospitals().replace("  general:", "  other:"));
  const out = await desk.succeeds("render");
  assertStringIncludes(out, "removed network/general/ikev2.md\n");
  const left = [...Deno.readDirSync(join(desk.cwd, "network/general"))].map(({ name }) => name);
  assertEquals(left, ["notes.txt"]);
});

test("network render overwrites nothing that it has not written", async (desk) => {
  await Deno.mkdir(join(desk.cwd, "network"));
  await desk.write("network/swanctl.conf", "somebody's");
  const { code, err } = await desk.run("render");
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, "CONSOLE_FILE_EXISTS");
  assertEquals([...Deno.readDirSync(join(desk.cwd, "network"))].length, 1);
});

test("a list of documents leads nowhere outside its folder", async (desk) => {
  await Deno.mkdir(join(desk.cwd, "network"));
  await desk.write("precious.md", "keep");
  await desk.write("network/documents.txt", "../precious.md\n");
  await desk.succeeds("render");
  assertEquals(await desk.read("precious.md"), "keep");
});

test("network render tells what is wrong with its place, and writes nothing", async (desk) => {
  await desk.write("network.yaml", twoHospitals().replace("10.1.20.5", "10.1.20.555"));
  const { code, out, err } = await desk.run("render");
  assertEquals([code, out], [exitCodes.no, ""]);
  assertStringIncludes(err, "network.yaml:3:23 CONFIG_VALUE_INVALID");
  assertEquals(await Deno.stat(join(desk.cwd, "network")).catch(() => "none"), "none");
});

const GATEWAY = `gateway: st-elsewhere
partners: { registry: { pins: "sha256:${"00".repeat(32)}" } }
channels:
  admissions:
    listen: { mllp: { port: 2575, host: 0.0.0.0 } }
    parse: hl7v2
    send:
      lab: { mllp: { host: lab.st-elsewhere.example, port: 2600 } }
      archive: { file: { path: ./archive } }
  loopback:
    listen: { mllp: { port: 2576 } }
    parse: hl7v2
    send:
      caller: { mllp: { role: server, host: 10.1.20.5, port: 2601 } }
`;

test("network init takes connections from the gateway file, and leaves what it cannot know as questions", async (desk) => {
  await desk.write("gateway.yaml", GATEWAY);
  await Deno.mkdir(join(desk.cwd, "archive"));
  await desk.succeeds("init", "new.yaml", "--file", "gateway.yaml");
  const text = await desk.read("new.yaml");
  assertMatch(
    text,
    /admissions:\n +system: "\?" # who calls\n +address: "\?"\n +from: them\n +protocol: mllp\n +port: 2575\n/,
  );
  assertMatch(
    text,
    /admissions-lab:\n +system: "\?" # what is called\n +address: "\?" # of lab\.st-elsewhere\.example\n +from: us\n/,
  );
  assertMatch(text, /loopback-caller:\n[^]*from: them\n +protocol: mllp\n +port: 2601\n/);
  assertStringIncludes(text, "# Only this machine reaches loopback.\n");
  assertMatch(text, /\npartners:\n {2}registry:\n/);
  const { code, err } = await desk.run("render", "new.yaml");
  assertEquals(code, exitCodes.no);
  const questions = err.split("\n").filter((line) => line.includes("it is still a question"));
  assertEquals(
    questions.length,
    text.split("\n").filter((line) => /^ .* "\?"/.test(line)).length,
  );
  assertEquals(JSON.parse(await desk.read("network.schema.json")).title, "Mitral network file");
});

test("network init with every question answered is a network file that renders", async (desk) => {
  await desk.succeeds("init", "new.yaml");
  const text = (await desk.read("new.yaml"))
    .replaceAll(/(address|public): "\?"/g, '$1: "192.0.2.7"').replaceAll(/IdleMs: "\?"/g, "IdleMs: 5 min")
    .replaceAll('"?"', "somebody");
  await desk.write("new.yaml", text);
  await desk.succeeds("render", "new.yaml");
});

Deno.test("a draft has doors, ways and relays of the exchange, and names by which gateways are called", () => {
  const door = { protocol: "https", tls: true, purpose: "sealed messages" } as const;
  const facts = { gateway: "st-elsewhere", inside: [], hidden: [] };
  const direct = draftOf({
    ...facts,
    doors: [{ ...door, name: "exchange", from: "them", port: 8443, host: "gateway.st-elsewhere.example" }],
    relays: [],
    partners: [{
      name: "lab",
      ways: [{ ...door, name: "exchange-out", from: "us", port: 443, host: "gateway.lab.example" }],
    }],
  }, "schema.json");
  assertMatch(
    direct,
    /us:\n[^]* {4}name: gateway\.st-elsewhere\.example\n[^]*\n {2}lab:\n[^]* {6}name: gateway\.lab\.example\n/,
  );
  assertMatch(
    direct,
    /exchange:\n +from: them\n +protocol: https\n +port: 8443\n[^]*exchange-out:\n +from: us\n/,
  );
  const relayed = draftOf({
    ...facts,
    doors: [],
    relays: ["wss://relay.example"],
    partners: [{ name: "lab", ways: [] }],
  }, "schema.json");
  assertMatch(relayed, /transport: relay [^\n]*\n +relay: \{ servers: \["wss:\/\/relay\.example"\] \}\n/);
});
