import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { idleFile } from "../files.ts";
import { GatewayProcess, residentMb } from "../gateway_process.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

interface Standing {
  readonly readyMs: number;
  readonly residentMb: number;
}

/** Starting and doing nothing: an empty Deno process, one channel, ten, two hundred. */
export async function idle({ folder, rounds }: Bench): Promise<void> {
  let runs = 0;
  const withChannels = (channels: number) => async (): Promise<Standing> => {
    const gateway = await GatewayProcess.start(join(folder, `idle-${runs++}`), idleFile(channels));
    await gateway.idle();
    const standing = { readyMs: gateway.readyMs, residentMb: await gateway.residentMb() };
    await gateway.stop();
    return standing;
  };
  const found = await inTurn(rounds, {
    empty: () => emptyProcess(folder),
    one: withChannels(1),
    ten: withChannels(10),
    many: withChannels(200),
  });
  for (
    const [what, standings] of [
      ["an empty Deno process", found.empty],
      ["1 idle channel", found.one],
      ["10 idle channels", found.ten],
      ["200 idle channels", found.many],
    ] as const
  ) {
    line(
      what,
      `ready ${said(each(standings, ({ readyMs }) => readyMs))} ms`,
      `${said(each(standings, (standing) => standing.residentMb))} MB`,
    );
  }
  const more = (pick: (standing: Standing) => number) =>
    said(ratios(found.many, found.one, (many, one) => (pick(many) - pick(one)) / 199), 2);
  line(
    "… each channel more",
    `${more(({ readyMs }) => readyMs)} ms`,
    `${more((each) => each.residentMb)} MB`,
  );
}

/** A process that says that it is ready and waits: what Deno alone takes. */
async function emptyProcess(folder: string): Promise<Standing> {
  const path = join(folder, "empty.ts");
  await Deno.writeTextFile(path, 'console.log("ready");\nsetInterval(() => {}, 60_000);\n');
  const startedMs = performance.now();
  const child = new Deno.Command("deno", { args: ["run", "-q", path], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const readyMs = performance.now() - startedMs;
  const standing = { readyMs, residentMb: await residentMb(child.pid) };
  child.kill("SIGTERM");
  await child.status;
  await reader.cancel();
  return standing;
}
