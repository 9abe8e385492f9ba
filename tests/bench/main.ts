/**
 * What the product does in a second: `deno task bench [--quick] [ROW …]`. Gateways run in processes of their own, started
 * as a user starts them. Every figure is the median of several runs, with the lowest and the highest, and is taken in
 * turn with a raw probe of the same machine: machines differ, and shared ones sway.
 */
import type { Bench } from "./bench.ts";
import { accept } from "./rows/accept.ts";
import { answers } from "./rows/answers.ts";
import { archive } from "./rows/archive.ts";
import { backlog } from "./rows/backlog.ts";
import { connections } from "./rows/connections.ts";
import { deepBacklog } from "./rows/deep_backlog.ts";
import { disks } from "./rows/disks.ts";
import { fanOut } from "./rows/fan_out.ts";
import { fax } from "./rows/fax.ts";
import { hl7 } from "./rows/hl7.ts";
import { https } from "./rows/https.ts";
import { idle } from "./rows/idle.ts";
import { imports } from "./rows/imports.ts";
import { largeDocument } from "./rows/large_document.ts";
import { ledger } from "./rows/ledger.ts";
import { manyChannels } from "./rows/many_channels.ts";
import { mllpTls } from "./rows/mllp_tls.ts";
import { relay } from "./rows/relay.ts";
import { sealed } from "./rows/sealed.ts";
import { sftp } from "./rows/sftp.ts";
import { sftpChannels } from "./rows/sftp_channels.ts";
import { slowReceiver } from "./rows/slow_receiver.ts";
import { steps } from "./rows/steps.ts";
import { wholeChannel } from "./rows/whole_channel.ts";

const ROWS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  accept,
  whole: wholeChannel,
  steps,
  "fan-out": fanOut,
  answers,
  backlog,
  archive,
  ledger,
  disks,
  "deep-backlog": deepBacklog,
  channels: manyChannels,
  connections,
  "slow-receiver": slowReceiver,
  document: largeDocument,
  sealed,
  relay,
  idle,
  imports,
  hl7,
  https,
  "mllp-tls": mllpTls,
  sftp,
  "sftp-channels": sftpChannels,
  fax,
};

const quick = Deno.args.includes("--quick");
const named = Deno.args.filter((arg) => !arg.startsWith("--"));
const unknown = named.find((name) => !Object.hasOwn(ROWS, name));
if (unknown !== undefined) throw new Error(`no row ${unknown}: there are ${Object.keys(ROWS).join(", ")}`);

for (const name of named.length > 0 ? named : Object.keys(ROWS)) {
  const folder = await Deno.makeTempDir({ prefix: "mitral-bench-" });
  try {
    console.log(`\n${name}`);
    await ROWS[name]({ folder, count: quick ? 2_000 : 10_000, rounds: quick ? 2 : 5, isQuick: quick });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
