import { assert } from "@std/assert";
import { join } from "node:path";
import { Link } from "../../../adapters/sftp/connecting/link.ts";
import { SftpFolder } from "../../../adapters/sftp/remote/sftp_folder.ts";
import { connectTools } from "../../adapters/sftp/connection.ts";
import { openssh, Sshd } from "../../interop/_sshd.ts";
import type { Bench } from "../bench.ts";
import { sftpBatch } from "../openssh.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

const FILE_BYTES = 2_000;
const never = new AbortController().signal;

/** Files to OpenSSH's server and back, beside OpenSSH's own client; each time with a new connection. */
export async function sftp({ folder, rounds, isQuick }: Bench): Promise<void> {
  const fileCount = isQuick ? 300 : 1_000, largeBytes = isQuick ? 20_000_000 : 100_000_000;
  if (openssh.missing) return;
  await using sshd = await Sshd.start();
  const config = await sshd.config();
  await Deno.writeTextFile(sshd.at("known_hosts"), `[127.0.0.1]:${sshd.port} ${config.hostKeys[0]}`);
  const names = Array.from({ length: fileCount }, (_, number) => `${number}.hl7`);
  const small = crypto.getRandomValues(new Uint8Array(FILE_BYTES));
  const large = new Uint8Array(largeBytes).map((_, at) => (at * 31) ^ (at >> 8));
  for (const name of ["out/small", "out/large", "back"]) {
    await Deno.mkdir(join(folder, name), { recursive: true });
  }
  for (const name of names) await Deno.writeFile(join(folder, "out/small", name), small);
  await Deno.writeFile(join(folder, "out/large/large"), large);

  const ours = (work: (files: SftpFolder) => Promise<void>) =>
    seconds(async () => {
      const link = new Link(connectTools(config));
      try {
        await work(new SftpFolder(link));
      } finally {
        link.cut();
      }
    });
  const way = {
    port: sshd.port,
    user: config.user,
    key: sshd.at("user_ed25519"),
    knownHosts: sshd.at("known_hosts"),
  };
  const theirs = (batch: string) => seconds(() => sftpBatch(way, batch));
  const put = (files: SftpFolder, name: string, bytes: Uint8Array) =>
    files.write(join(sshd.files, name), bytes, { mode: 0o640 });
  const get = async (files: SftpFolder, name: string, bytes: number) => {
    let read = 0;
    for await (const piece of files.read(join(sshd.files, name), 0, never)) read += piece.length;
    assert(read === bytes, `${read} of ${bytes} bytes`);
  };
  const eachName = async (atOnce: number, work: (name: string) => Promise<void>) => {
    const left = [...names];
    const take = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) await work(name);
    };
    await Promise.all(Array.from({ length: atOnce }, take));
  };

  const found = await inTurn(rounds, {
    putSmall: () => ours((files) => eachName(1, (name) => put(files, name, small))),
    putSmallTheirs: () => theirs(`put ${folder}/out/small/* ${sshd.files}/`),
    getSmall: () => ours((files) => eachName(1, (name) => get(files, name, FILE_BYTES))),
    getSmallAtOnce: () => ours((files) => eachName(8, (name) => get(files, name, FILE_BYTES))),
    getSmallTheirs: () => theirs(`get ${sshd.files}/*.hl7 ${folder}/back/`),
    putLarge: () => ours((files) => put(files, "large", large)),
    putLargeTheirs: () => theirs(`put ${folder}/out/large/large ${sshd.files}/`),
    getLarge: () => ours((files) => get(files, "large", largeBytes)),
    getLargeTheirs: () => theirs(`get ${sshd.files}/large ${folder}/back/`),
  });
  const rows = [
    [
      "SFTP, files of 2 kB written, synced and renamed",
      found.putSmall,
      found.putSmallTheirs,
      fileCount,
      "files/s",
    ],
    ["… read, one after the other", found.getSmall, found.getSmallTheirs, fileCount, "files/s"],
    ["… read, eight at a time", found.getSmallAtOnce, found.getSmallTheirs, fileCount, "files/s"],
    [
      `… a file of ${largeBytes / 1e6} MB written, synced and renamed`,
      found.putLarge,
      found.putLargeTheirs,
      largeBytes / 1e6,
      "MB/s",
    ],
    ["… read", found.getLarge, found.getLargeTheirs, largeBytes / 1e6, "MB/s"],
  ] as const;
  for (const [what, own, other, amount, unit] of rows) {
    const times = said(ratios(other, own, (theirs, ours) => theirs / ours), 1);
    line(what, `${said(each(own, (taken) => amount / taken))} ${unit}`, `${times} × OpenSSH's sftp`);
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}
