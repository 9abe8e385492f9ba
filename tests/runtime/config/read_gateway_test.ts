import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Secret } from "../../../runtime/contract/spec.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import type { GatewayPlan } from "../../../runtime/engine/plan.ts";
import { DEFAULTS } from "../../../runtime/config/gateway_defaults.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { catalog, diskOf, EXAMPLE, FILE, FILES, FOLDER, read, SMALLEST } from "./_fixtures.ts";
import type { Disk } from "../../../runtime/contract/world.ts";

async function planOf(source: string | { readonly settings: unknown }): Promise<GatewayPlan> {
  const { plan, problems } = await read(source);
  assertEquals(problems.map(printProblem), []);
  assert(plan);
  return plan;
}

Deno.test("config: the guide's gateway file becomes a plan with absolute paths", async () => {
  const plan = await planOf(EXAMPLE);
  const { channels, formats, hash, ...gateway } = plan;
  assertMatch(hash!, /^[0-9a-f]{64}$/);
  assertEquals(Object.keys(formats), Object.keys(catalog.formats));
  assertEquals(gateway, {
    name: "st-elsewhere",
    folder: FOLDER,
    data: `${FOLDER}/data`,
    masterKey: `${FOLDER}/master.key`,
    keys: `${FOLDER}/keys/gateway.json`,
    partners: {
      "state-registry": { keys: `${FOLDER}/partners/registry.json`, certificates: [], pins: [] },
    },
    monitor: { port: 9464 },
    drainMsMax: 30_000,
    journal: { pendingBytesMax: 2_000_000_000, diskFreeMin: 1_000_000_000, keepDays: 30 },
  });
  assertEquals(channels.map(({ name }) => name), ["lab-results", "sealed-in"]);
});

Deno.test("config: a channel has its filter before its transforms, and values keep their source text", async () => {
  const [lab] = (await planOf(EXAMPLE)).channels;
  const acts = lab.steps.flatMap((step) => "each" in step ? [] : [step]);
  assertEquals(acts.map(({ label, spec, config }) => [label, spec.name, config]), [
    ["filter", "filter", "MSH-9.1 = ORU"],
    ["set", "set", {
      "MSH-5": "REGISTRY",
      "MSH-6": "0042",
      "PID-8": "yes",
      "OBX-5": "1e3",
      "OBX[1]-5.1": "",
    }],
    ["./transformers/normalise_phone.ts", "normalise_phone", { country: "US" }],
    ["stamp", "stamp", { with: "X" }],
  ]);
  assertEquals(lab.parse.config, { charset: "UTF-8", lineFeeds: false });
  assertEquals(lab.supervise, DEFAULTS.supervise);
});

Deno.test("config: a listener has its defaults, its paths and its secrets", async () => {
  const [lab, sealed] = (await planOf(EXAMPLE)).channels;
  const { tls, ...settings } = lab.listen.config as { tls: { key: Secret; certificate: string } };
  assertEquals(settings, {
    port: 2575,
    host: "0.0.0.0",
    frameBytesMax: 1_048_576,
    idleMsMax: 60_000,
    keepAlive: true,
  });
  assertEquals(tls.certificate, `${FOLDER}/pki/server.pem`);
  assertEquals(tls.key.reveal(), "canary-from-secrets-folder");
  assertEquals([lab.acknowledge, lab.answerMsMax, lab.messageBytesMax], ["received", 30_000, 10_485_760]);
  assertEquals([sealed.acknowledge, sealed.answerMsMax], ["delivered", 20_000]);
  const { frameBytesMax, idleMsMax } = sealed.listen.config as Record<string, number>;
  assertEquals([frameBytesMax, idleMsMax], [2_000_000, 600_000]);
});

Deno.test("config: a destination takes order and retry from its channel where it has none", async () => {
  const [ehr, registry] = (await planOf(EXAMPLE)).channels[0].destinations;
  assertEquals(ehr.order, { by: "key", path: "PID-3" });
  assertEquals(ehr.retry, DEFAULTS.retry);
  assertEquals(ehr.encrypt, undefined);
  assertEquals(registry.order, { by: "none" });
  assertEquals(registry.retry, { ...DEFAULTS.retry, longestMs: 3_600_000 });
  assertEquals(registry.steps.map(({ label }) => label), ["filter"]);
});

Deno.test("config: encrypt and decrypt name an envelope, hpke where none is named, and partners", async () => {
  const [lab, sealed] = (await planOf(EXAMPLE)).channels;
  const { spec, config, ...encrypt } = lab.destinations[1].encrypt!;
  assertEquals([spec.name, config], ["hpke", {}]);
  assertEquals(encrypt, { to: ["state-registry"], expiresMs: 86_400_000 });
  assertEquals([sealed.decrypt!.spec.name, sealed.decrypt!.from], ["hpke", ["state-registry"]]);
  assertEquals(sealed.parse.config, { charset: "ISO-8859-1", lineFeeds: false });
});

Deno.test("config: every order has its words", async () => {
  const words = { channel: { by: "channel" }, none: { by: "none" }, "by key": { by: "key" } };
  for (const [word, order] of Object.entries(words)) {
    const plan = await planOf(SMALLEST.replace("    parse:", `    order: ${word}\n    parse:`));
    assertEquals(plan.channels[0].destinations[0].order, order);
  }
});

Deno.test("config: settings given as an object make the plan their YAML would make", async () => {
  const settings = {
    gateway: "st-elsewhere",
    about: undefined,
    channels: {
      lab: {
        listen: { mllp: { port: 2575 } },
        parse: "hl7v2",
        send: { ehr: { mllp: { host: "ehr.local", port: 7001 } } },
      },
    },
  };
  assertEquals(await planOf({ settings }), await planOf(SMALLEST));
});

Deno.test("config: an object may hold a wrapped secret, and its problems name the path of the setting", async () => {
  const tls = { certificate: "./pki/server.pem", key: secretOf("canary-wrapped") };
  const { problems } = await read({
    settings: {
      gateway: "a",
      channels: {
        lab: {
          listen: { mllp: { port: "x", host: secretOf("canary-wrapped"), tls } },
          parse: () => "hl7v2",
          send: { ehr: { mllp: { host: "canary-wrapped", port: 0 } } },
        },
      },
    },
  });
  assertEquals(problems.map(printProblem), [
    "channels.lab.parse CONFIG_VALUE_INVALID Cannot read channels.lab.parse: must be plain data, not a function",
    "channels.lab.listen.mllp.port CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.port: must be a whole number, not x",
    "channels.lab.listen.mllp.host CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.host: must be text, not a secret",
    "channels.lab.parse CONFIG_VALUE_MISSING Cannot read channels.lab.parse: its value is missing (give it a name, or one name with its settings)",
    "channels.lab.send.ehr.mllp.port CONFIG_VALUE_RANGE Cannot read channels.lab.send.ehr.mllp.port: must be between 1 and 65535, not 0",
  ]);
});

Deno.test("config: secrets come from a file beside the gateway file, another file or the environment", async () => {
  const revealed = async (reference: string) => {
    const https = `https: { servers: ["https://a"], token: ${reference} }`;
    const plan = await planOf(SMALLEST.replace(/mllp: \{ host.*7001 \}/, https));
    return ((plan.channels[0].destinations[0].send as { config: unknown }).config as { token: Secret }).token
      .reveal();
  };
  assertEquals(await revealed("secret:tls-key"), "canary-from-secrets-folder");
  assertEquals(await revealed("file:./token.txt"), "canary-from-file");
  assertEquals(await revealed("env:TOKEN"), "canary-from-environment");
});

Deno.test("config: no problem shows a secret, not even one a component or another setting repeats", async () => {
  const text = EXAMPLE
    .replace("port: 7001", "port: canary-from-environment")
    .replace("host: ehr.local", "hosst: canary-misspelt")
    .replace("key: secret:tls-key", "key: canary-literal")
    .replace("acknowledge: received", "acknowledge: canary-literal")
    .replace("MSH-9.1 = ORU", '"#canary-from-environment"');
  const { problems } = await read(text);
  assertEquals(problems.map(({ code }) => code), [
    "CONFIG_SECRET_LITERAL",
    "CONFIG_VALUE_INVALID",
    "CONFIG_STEP_REFUSED",
    "CONFIG_KEY_UNKNOWN",
    "CONFIG_VALUE_INVALID",
  ]);
  assert(!JSON.stringify(problems).includes("canary"), JSON.stringify(problems));
});

Deno.test("config: a gateway file is read from its path, and one that is not there is a problem", async () => {
  const tools = {
    disk: diskOf({ ...FILES, [FILE]: `\ufeff${SMALLEST.replaceAll("\n", "\r\n")}` }) as Disk,
    catalog,
    env: () => undefined,
    timeZone: "UTC",
    loadActor: () => Promise.resolve({}),
  };
  assertEquals((await readGateway(FILE, tools)).plan, await planOf(SMALLEST));
  const { plan, problems } = await readGateway(`${FOLDER}/other.yaml`, tools);
  assertEquals(plan, undefined);
  assertEquals(problems.map(printProblem), [
    "/gateway/other.yaml:1:1 CONFIG_FILE_UNREADABLE Cannot read gateway file: there is no file /gateway/other.yaml",
  ]);
  await assertRejects(() => readGateway("gateway.yaml", tools), TypeError, "absolute path");
});

Deno.test("config: a component that does not load is a problem at its name", async () => {
  const broken = { ...catalog, formats: { hl7v2: () => Promise.reject(new Error("no such module")) } };
  const { problems } = await readGateway({ text: SMALLEST, file: FILE }, {
    disk: diskOf(FILES) as Disk,
    catalog: broken,
    env: () => undefined,
    timeZone: "UTC",
    loadActor: () => Promise.resolve({}),
  });
  assertEquals(problems.map(printProblem), [
    "/gateway/gateway.yaml:5:12 CONFIG_COMPONENT_BROKEN Cannot load hl7v2: no such module",
  ]);
});
