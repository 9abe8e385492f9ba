/**
 * What the product does in a second: `deno task bench`. Gateways run in processes of their own; every figure stands
 * beside a raw probe of the same machine in the same run, since machines differ and shared ones sway.
 */
import { join } from "node:path";
import { importCost } from "./import_cost.ts";
import { GatewayProcess } from "./gateway_process.ts";
import { Receiver, send, type Sent } from "./load.ts";
import { echo, groupCommit } from "./probes.ts";

const quick = Deno.args.includes("--quick");
const count = quick ? 2_000 : 20_000;
const folder = await Deno.makeTempDir({ prefix: "mitral-bench-" });

const round = (value: number, digits = 0) => value.toFixed(digits);
function line(what: string, figure: string, probe = ""): void {
  console.log(`${what.padEnd(52)} ${figure.padStart(34)}  ${probe}`);
}
function rate({ perSecond, p50Ms, p99Ms }: Sent): string {
  return `${round(perSecond)} msg/s, p50 ${round(p50Ms, 1)} p99 ${round(p99Ms, 1)} ms`;
}

/** Sends a warm-up, then the measured messages; the rate at the receiver is measured too. */
async function measure(gateway: GatewayProcess, receiver: Receiver, connections: number, messages: number) {
  const warm = Math.round(messages / 4);
  const before = receiver.count;
  await send(gateway.port, connections, warm);
  await receiver.reached(before + warm);
  const cpuBefore = await gateway.cpuSeconds();
  const startedMs = performance.now();
  const sent = await send(gateway.port, connections, messages, warm);
  await receiver.reached(before + warm + messages);
  const perSecond = messages / (performance.now() - startedMs) * 1000;
  const cpuMicroseconds = (await gateway.cpuSeconds() - cpuBefore) / messages * 1e6;
  return { sent, perSecond, cpuMicroseconds };
}

try {
  const echo1 = await echo(1, count);
  const echo32 = await echo(32, count);
  const commit1 = await groupCommit(folder, 1);
  const commit32 = await groupCommit(folder, 32);
  line("raw: loopback echo, 1 and 32 connections", `${round(echo1)} and ${round(echo32)} rt/s`);
  line("raw: SQLite commits, 1 row", `${round(commit1.commitMs, 2)} ms a commit`);
  line("raw: SQLite group commit, 32 rows of 1 kB", `${round(commit32.rowsPerSecond)} rows/s`);

  {
    const { empty, imported } = await importCost(folder, quick ? 3 : 9);
    line(
      "import of mod.ts, over an empty module",
      `${round(imported.ms - empty.ms)} ms, ${round(imported.residentMb - empty.residentMb)} MB`,
      `empty: ${round(empty.ms)} ms, ${round(empty.residentMb)} MB`,
    );
  }

  {
    const gateway = await GatewayProcess.start(
      join(folder, "accept"),
      `gateway: accept
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    filter: MSH-9.1 = NONE
    send: { nowhere: { file: { path: . } } }
`,
    );
    line("start of the process until it listens", `${round(gateway.readyMs)} ms`);
    const startedMs = performance.now();
    await send(gateway.port, 1, 1);
    line("… and its first ACK", `${round(gateway.readyMs + performance.now() - startedMs)} ms`);
    await send(gateway.port, 32, count / 4, 10);
    const sent = await send(gateway.port, 32, count, 1_000_000);
    const share = sent.perSecond / commit32.rowsPerSecond * 100;
    line("durable accept, 32 connections", rate(sent), `${round(share)} % of raw group commit`);
    const one = await send(gateway.port, 1, count / 10, 2_000_000);
    const rawMs = commit1.commitMs + 1000 / echo1;
    line(
      "durable accept, 1 connection",
      rate(one),
      `${round(1000 / one.perSecond / rawMs, 2)} × (commit + round trip)`,
    );
    await gateway.stop();
  }

  {
    const receiver = new Receiver();
    const gateway = await GatewayProcess.start(
      join(folder, "whole"),
      `gateway: whole
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    transform: [ { set: { MSH-5: REGISTRY } } ]
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${receiver.port} } } }
`,
    );
    const { sent, perSecond, cpuMicroseconds } = await measure(gateway, receiver, 32, count);
    line("MLLP → fsync → parse → set → MLLP, 32 connections", rate(sent));
    line(
      "… delivered",
      `${round(perSecond)} msg/s`,
      `${round(perSecond / commit32.rowsPerSecond * 100)} % of raw group commit`,
    );
    line(
      "… processor time of the gateway",
      `${round(cpuMicroseconds)} µs a message`,
      `${round(1e6 / echo32)} µs a raw round trip`,
    );
    line("… resident memory under load", `${round(await gateway.residentMb())} MB`);
    await gateway.stop();
    receiver.close();
  }

  {
    const receiver = new Receiver();
    const sealed = Math.round(count / 4);
    const [hospital, lab] = [join(folder, "hospital"), join(folder, "lab")];
    for (const [name, out] of [["hospital", hospital], ["lab", lab]]) {
      const { code } = await new Deno.Command("deno", {
        args: ["run", "-q", "-P", "mod.ts", "keys", "init", "--name", name, "--out", `${out}/keys`],
        stdout: "null",
      }).output();
      if (code !== 0) throw new Error(`no keys for ${name}`);
    }
    const labGateway = await GatewayProcess.start(
      lab,
      `gateway: lab
keys: keys/gateway.json
partners: { hospital: ${hospital}/keys/hospital.partner.json }
channels:
  results:
    listen: { https: { port: 0, path: /sealed } }
    decrypt: { from: [ hospital ] }
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${receiver.port} } } }
`,
    );
    const hospitalGateway = await GatewayProcess.start(
      hospital,
      `gateway: hospital
keys: keys/gateway.json
partners: { lab: ${lab}/keys/lab.partner.json }
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    transform: [ { set: { MSH-5: REGISTRY } } ]
    send:
      lab:
        encrypt: { to: lab }
        order: by PID-3
        https: { url: "http://127.0.0.1:${labGateway.port}/sealed", connections: 16 }
`,
    );
    const labBefore = await labGateway.cpuSeconds();
    const { sent, perSecond, cpuMicroseconds } = await measure(hospitalGateway, receiver, 32, sealed);
    const labMicroseconds = (await labGateway.cpuSeconds() - labBefore) / (sealed * 1.25) * 1e6;
    line("the same, sealed to a second gateway", rate(sent));
    line(
      "… delivered behind the second gateway",
      `${round(perSecond)} msg/s`,
      "both gateways, sender and receiver share the cores",
    );
    line(
      "… processor time, sealing and opening gateway",
      `${round(cpuMicroseconds)} and ${round(labMicroseconds)} µs a message`,
      `${round(1e6 / cpuMicroseconds)} and ${round(1e6 / labMicroseconds)} msg/s a core`,
    );
    await hospitalGateway.stop();
    await labGateway.stop();
    receiver.close();
  }

  {
    const channels = Array.from(
      { length: 10 },
      (_, at) =>
        `  feed-${at}:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: 9 } } }
`,
    ).join("");
    const gateway = await GatewayProcess.start(join(folder, "idle"), `gateway: idle\nchannels:\n${channels}`);
    line("resident memory, idle with 10 channels", `${round(await gateway.residentMb())} MB`);
    await gateway.stop();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
