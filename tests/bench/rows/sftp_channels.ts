import { join } from "node:path";
import { openssh, Sshd } from "../../interop/_sshd.ts";
import type { Bench } from "../bench.ts";
import { sftpFile, sftpServerFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { document, message } from "../load.ts";
import { sftpBatch, type Way } from "../openssh.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** What lies ready for one run: new messages each time, or the channel would know them again. */
interface Load {
  readonly what: string;
  readonly unit: string;
  readonly amount: number;
  /** Writes its files to a folder. */
  write(folder: string): Promise<void>;
}

/**
 * Channels that fetch files from OpenSSH's server and put them there, and one that partners push to, all made durable on
 * the way; beside OpenSSH's own client with OpenSSH's server, which keeps nothing. Each run is timed until the last file is
 * where it belongs.
 */
export async function sftpChannels({ folder, rounds, isQuick }: Bench): Promise<void> {
  if (openssh.missing) return;
  await using sshd = await Sshd.start();
  const { user, hostKeys: [hostKey] } = await sshd.config();
  const way = { port: sshd.port, user, key: sshd.at("user_ed25519"), knownHosts: sshd.at("known_hosts") };
  await Deno.writeTextFile(way.knownHosts, `[127.0.0.1]:${sshd.port} ${hostKey}`);
  const made = async (name: string) => {
    await Deno.mkdir(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const start = async (name: string, atOnce: number, goesOn: boolean) => {
    const from = await made(`${name}-from`), to = goesOn ? await made(`${name}-to`) : undefined;
    return {
      from,
      to,
      gateway: await GatewayProcess.start(join(folder, name), sftpFile(way, from, to, atOnce)),
    };
  };
  const fetch = await start("fetch", 1, false);
  const through = await start("through", 1, true), throughMany = await start("through-8", 8, true);
  const server = await GatewayProcess.start(
    join(folder, "server"),
    sftpServerFile(sshd.at("host_ed25519"), user, sshd.at("user_ed25519.pub")),
  );
  await Deno.writeTextFile(join(folder, "known"), `[127.0.0.1]:${server.port} ${hostKey}`);
  const pushed: Way = { ...way, port: server.port, knownHosts: join(folder, "known") };
  const [local, there] = [await made("local"), await made("there")];

  let next = 0;
  const files = isQuick ? 300 : 1_000, documents = isQuick ? 2 : 5, documentBytes = 20_000_000;
  const loads: readonly Load[] = [
    {
      what: `${files} files of 1 kB`,
      unit: "files/s",
      amount: files,
      async write(into) {
        for (let at = 0; at < files; at++) {
          const number = next++;
          await Deno.writeFile(join(into, `${number}.hl7`), message(number).subarray(1, -2));
        }
      },
    },
    {
      what: `${documents} of ${documentBytes / 1e6} MB`,
      unit: "MB/s",
      amount: documents * documentBytes / 1e6,
      async write(into) {
        for (let at = 0; at < documents; at++) {
          const number = next++;
          await Deno.writeFile(join(into, `${number}.hl7`), document(documentBytes, number).subarray(1, -2));
        }
      },
    },
  ];
  for (const { what, unit, amount, write } of loads) {
    const ready = async () => {
      const at = join(folder, "ready");
      await Deno.remove(at, { recursive: true }).catch(() => {});
      await Deno.mkdir(at);
      await write(at);
      return at;
    };
    const by = ({ from, to }: typeof fetch) => async () => {
      const at = await ready();
      const names = namesIn(at);
      const taken = await seconds(async () => {
        for (const name of names) await Deno.rename(join(at, name), join(from, name));
        while (namesIn(from).length > 0 || to && namesIn(to).length < names.length) await soon();
      });
      if (to) { for (const name of namesIn(to)) await Deno.remove(join(to, name)); }
      return taken;
    };
    const theirs = (...batch: string[]) => async () => {
      const at = await ready();
      return await seconds(() => sftpBatch(way, ...batch.map((command) => command.replace("READY", at))));
    };
    const cases = {
      get: theirs(`get READY/* ${local}/`),
      fetch: by(fetch),
      getPut: theirs(`get READY/* ${local}/`, `put READY/* ${there}/`),
      through: by(through),
      throughMany: by(throughMany),
      put: theirs(`put READY/* ${there}/`),
      push: async () => {
        const at = await ready();
        return await seconds(() => sftpBatch(pushed, `put ${at}/* /`));
      },
    };
    await inTurn(1, cases);
    const found = await inTurn(rounds, cases);
    const rate = (runs: readonly number[]) => `${said(each(runs, (taken) => amount / taken))} ${unit}`;
    const told = (name: string, own: readonly number[], other: readonly number[]) =>
      line(
        name,
        rate(own),
        `${said(ratios(other, own, (theirs, ours) => theirs / ours), 2)} × OpenSSH's client`,
      );
    line(what, "");
    line("… raw: OpenSSH's client gets them", rate(found.get));
    told("… a channel fetches and deletes them, durable", found.fetch, found.get);
    line("… raw: OpenSSH's client gets and puts them", rate(found.getPut));
    told("… a channel fetches them and puts them there", found.through, found.getPut);
    told("… … eight at a time", found.throughMany, found.getPut);
    line("… raw: OpenSSH's client puts them to OpenSSH", rate(found.put));
    told("… OpenSSH's client puts them to a channel, durable", found.push, found.put);
  }
  await Promise.all([fetch, through, throughMany].map(({ gateway }) => gateway.stop()));
  await server.stop();
}

/** Those that are whole. */
function namesIn(folder: string): readonly string[] {
  return Array.from(Deno.readDirSync(folder)).filter(({ isFile, name }) => isFile && !name.endsWith(".part"))
    .map(({ name }) => name);
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}
