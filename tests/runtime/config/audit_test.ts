/** What a gateway file says of where its ledger's entries go. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

type Settings = Readonly<Record<string, unknown>>;

async function read(audit: Settings) {
  const settings = {
    gateway: "clinic",
    channels: {
      in: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { files: { file: { path: "./" } } } },
    },
    audit,
  };
  return await readGateway({ settings, folder: Deno.cwd() }, {
    disk: denoWorld.disk,
    catalog,
    timeZone: "UTC",
    env: () => undefined,
    loadActor: () => Promise.reject(),
  });
}

const problemsOf = async (audit: Settings) =>
  (await read(audit)).problems.map(({ code, message }) => `${code} ${message.replace(/^Cannot read /, "")}`);

Deno.test("audit: entries go by syslog, as audit messages of ATNA, and a quarter of an hour of silence is told", async () => {
  const { plan, problems } = await read({ syslog: { host: "siem.example", tls: {} } });
  assertEquals(problems, []);
  const { send, format, alarmAfterMs } = plan!.audit!;
  assertEquals([send.spec.name, format, alarmAfterMs], ["syslog", "atna", 900_000]);
});

Deno.test("audit: entries go by any sender of messages, and nowhere where the file says nothing", async () => {
  const url = "https://audit.example/AuditEvent";
  assertEquals((await read({ format: "fhir", https: { url } })).plan!.audit!.send.spec.name, "https");
});

Deno.test("audit: what would travel in clear, to partners, or wants a path, is refused", async () => {
  assertEquals(await problemsOf({ syslog: { host: "siem.example" } }), [
    "CONFIG_VALUE_INVALID audit.syslog: tls is needed, with {} for the public roots, unless insecure is true",
  ]);
  assertEquals(await problemsOf({ file: { path: "./", as: "{MSH-10}.json" } }), [
    "CONFIG_VALUE_INVALID audit.file: must name no path (MSH-10): entries of the ledger are no messages with paths",
  ]);
  assertEquals(await problemsOf({ format: "xml" }), [
    "CONFIG_VALUE_INVALID audit.format: must be atna, fhir or json, not xml",
    "CONFIG_ADAPTER_MISSING audit: no adapter is named",
  ]);
});

Deno.test("audit: the ledger is not sent to a partner", async () => {
  const problems = await problemsOf({ to: "lab" });
  assertEquals(
    problems.some((problem) => problem.includes("the ledger is not for them")),
    true,
    problems.join(),
  );
});
