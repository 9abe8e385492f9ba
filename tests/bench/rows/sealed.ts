import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { openingFile, sealingFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { acknowledged, delivered, each, line } from "../report.ts";
import { inTurn, said, spreadOf } from "../spread.ts";

/** The whole channel, sealed to a second gateway that opens and delivers. */
export async function sealed({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const [hospital, lab] = [join(folder, "hospital"), join(folder, "lab")];
  for (const [name, out] of [["hospital", hospital], ["lab", lab]]) {
    const args = ["run", "-q", "-P", "mod.ts", "keys", "init", "--name", name, "--out", `${out}/keys`];
    const { code } = await new Deno.Command("deno", { args, stdout: "null" }).output();
    if (code !== 0) throw new Error(`no keys for ${name}`);
  }
  const opening = await GatewayProcess.start(
    lab,
    openingFile(`${hospital}/keys/hospital.partner.json`, receiver.port),
  );
  const sealing = await GatewayProcess.start(
    hospital,
    sealingFile(`${lab}/keys/lab.partner.json`, opening.port),
  );
  const messages = Math.round(count / 4);
  const run = () => burst(sealing, 32, messages, { receiver });
  await run();
  const labMicroseconds: number[] = [];
  const { both } = await inTurn(rounds, {
    both: async () => {
      const before = await opening.idle();
      const found = await run();
      labMicroseconds.push((await opening.idle() - before) / messages * 1e6);
      return found;
    },
  });
  line("the same, sealed to a second gateway", acknowledged(both));
  line("… delivered behind the second gateway", delivered(both));
  line(
    "… processor time of the sealing gateway",
    `${said(each(both, (one) => one.cpuMicroseconds))} µs a message`,
  );
  line("… processor time of the opening gateway", `${said(spreadOf(labMicroseconds))} µs a message`);
  await sealing.stop();
  await opening.stop();
  receiver.close();
}
