/**
 * A web service that runs a gateway inside itself: it takes patients as JSON, and the gateway delivers them as HL7.
 *
 *   deno run -P examples/embedded_in_hono/main.ts
 */
import { Hono } from "hono";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FinalOutcome, Gateway } from "mitral";
import { createMasterKey } from "mitral/trust";

const { values: { once, port, dir } } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    port: { type: "string", default: "8000" },
    dir: { type: "string" },
  },
});
const folder = dir ?? await Deno.makeTempDir({ prefix: "mitral-service-" });
await Deno.mkdir(join(folder, "ehr", "taken"), { recursive: true });
await Promise.all([makeMasterKey(folder), makeMasterKey(join(folder, "ehr"))]);

try {
  // Somebody else's system: it takes HL7 by MLLP and acknowledges it. Another gateway of this process plays it.
  await using ehr = await Gateway.open({
    gateway: "ehr",
    channels: {
      patients: {
        listen: { mllp: { port: 0 } },
        parse: "hl7v2",
        send: { taken: { file: { path: "./taken" } } },
      },
    },
  }, { folder: join(folder, "ehr") });

  // The service's own gateway. Its way in has no port: this program hands over the requests.
  await using gateway = await Gateway.open({
    yaml: `
gateway: service
channels:
  patients:
    listen:
      https: { mount: true, path: /patients }
      acknowledge: from ehr
    parse: json
    transform:
      - build:
          hl7v2: ADT^A04
          set: { MSH-3: SERVICE, PID-3.1: "{$.mrn}", PID-5.1: "{$.family}", PID-5.2: "{$.given}" }
    send:
      ehr: { mllp: { host: 127.0.0.1, port: ${portOf(ehr)} } }
    respond:
      - json: { status: "{MSA-1}", message: "{MSA-2}" }
`,
  }, { folder });

  const recent: FinalOutcome[] = [];
  watch(gateway, recent);

  const app = new Hono()
    .get("/", (context) => context.text("POST a patient to /integration/patients, then look at /outcomes.\n"))
    .get("/outcomes", (context) => context.json(recent))
    .mount("/integration", gateway.fetch);
  const options = { hostname: "127.0.0.1", port: Number(port), onListen() {} };
  // Declared last, so that it ends first: what it has taken is answered before the gateway closes.
  await using server = Deno.serve(options, app.fetch);
  const service = `http://127.0.0.1:${server.addr.port}`;
  console.log(`service   ${service}`);

  if (once) await tryOut(service, ehr);
  else await interrupted();
} finally {
  if (dir === undefined) await Deno.remove(folder, { recursive: true });
}

/** Makes the key a gateway's journal is sealed under, unless it has one. */
async function makeMasterKey(folder: string): Promise<void> {
  const path = join(folder, "master.key");
  if (await Deno.stat(path).catch(() => undefined)) return;
  const { keyFile } = await createMasterKey();
  await Deno.writeFile(path, keyFile, { mode: 0o600, createNew: true });
}

/** The port a gateway's only channel listens on. */
function portOf(gateway: Gateway): string {
  const [{ address }] = gateway.snapshot().channels;
  return address.slice(address.lastIndexOf(":") + 1);
}

/** Keeps the last hundred outcomes, until the gateway is closed. */
async function watch(gateway: Gateway, recent: FinalOutcome[]): Promise<void> {
  for await (const outcome of gateway.outcomes()) if (recent.push(outcome) > 100) recent.shift();
}

/** Does once what a client would do, and shows what comes of it. */
async function tryOut(service: string, ehr: Gateway): Promise<void> {
  const show = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${service}${path}`, init);
    console.log(`${init?.method ?? "GET"} ${path}`, response.status, (await response.text()).trim());
  };
  const body = JSON.stringify({ mrn: "4711", family: "Doe", given: "Ann" });
  await show("/integration/patients", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const [{ id }] = await ehr.archive.list({ limit: 1 });
  const { received } = (await ehr.archive.show(id))!;
  console.log(`the EHR has\n  ${new TextDecoder().decode(received).trim().replaceAll("\r", "\n  ")}`);
  await show("/outcomes");
  await show("/integration/health");
}

/** Resolves on Ctrl-C. */
function interrupted(): Promise<void> {
  console.log("Ctrl-C ends it");
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
  });
}
