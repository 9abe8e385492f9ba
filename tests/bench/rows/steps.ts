import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { type Burst, burst } from "../burst.ts";
import { wholeFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { acknowledged, delivered, each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** So many of a step stand in its channel: one alone would be lost in the noise. */
const STEPS = 20;

const CODES = ["code,name", ...Array.from({ length: 2_000 }, (_, at) => `${1_000 + at}-7,LOCAL-${at}`)].join(
  "\n",
);

/** The same change as the `set` beside it, by an actor of one's own. */
const STAMP = `import { defineTransformer } from ${
  JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)
};

export default defineTransformer({
  name: "stamp",
  about: "Writes MSH-5.",
  config: {},
  errors: {},
  transform: (message) => message.derive({ body: message.body.with("MSH-5", "REGISTRY") }),
});
`;

const STEP_OF = {
  none: undefined,
  set: "{ set: { MSH-5: REGISTRY } }",
  typescript: "./stamp.ts",
  template: '{ set: { MSH-5: "{PID-3.1}" } }',
  map_codes: "{ map_codes: { path: OBX-3.1, table: ./codes.csv, into: OBX-3.4 } }",
} as const;

/** What one step of each kind costs: channels with many of the same step, beside one with none. */
export async function steps({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const gateways: GatewayProcess[] = [];
  const cases: Record<string, () => Promise<Burst>> = {};
  for (const [name, step] of Object.entries(STEP_OF)) {
    const place = join(folder, `step-${name}`);
    await Deno.mkdir(place);
    await Deno.writeTextFile(join(place, "stamp.ts"), STAMP);
    await Deno.writeTextFile(join(place, "codes.csv"), CODES);
    const transform = step === undefined ? [] : Array.from({ length: STEPS }, () => step);
    const gateway = await GatewayProcess.start(place, wholeFile([receiver.port], transform));
    gateways.push(gateway);
    cases[name] = () => burst(gateway, 32, count / 2, { receiver });
  }
  await inTurn(1, cases);
  const { none, ...others } = await inTurn(rounds, cases);
  const cost = (runs: readonly Burst[]) => said(each(runs, (run) => run.cpuMicroseconds));
  line("no step: acknowledged, 32 connections", acknowledged(none));
  line("… delivered", delivered(none));
  line("… processor time", `${cost(none)} µs a message`);
  for (const [name, runs] of Object.entries(others)) {
    line(`${STEPS} × ${name}: delivered`, delivered(runs));
    const one = ratios(runs, none, (a, b) => (a.cpuMicroseconds - b.cpuMicroseconds) / STEPS);
    line("… processor time", `${cost(runs)} µs a message`, `${said(one, 1)} µs a step, over no step`);
  }
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  receiver.close();
}
