/**
 * Crashes a gateway again and again, and looks whether anything it acknowledged is lost, out of order or delivered
 * again without need: `deno task crash [--power] [--kill] [--cycles N] [--seed N]`; without a mode in both. `--power`
 * cuts the power of the disk the data folder lies on, `--kill` kills the process alone. A seed gives the same messages and
 * the same moments, and the machine still decides what is under way in them. The exit code is 1 where anything is wrong.
 */
import { parseArgs } from "node:util";
import { lackOfPower, type Mode, runApart } from "./_apart.ts";

const { values } = parseArgs({
  options: {
    power: { type: "boolean", default: false },
    kill: { type: "boolean", default: false },
    cycles: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [cycles, seed] = [Number(values.cycles), Number(values.seed)];
if (!(Number.isInteger(cycles) && cycles > 0 && Number.isInteger(seed))) {
  throw new Error("--cycles needs a whole number from 1, --seed a whole number");
}
const asked = (["power", "kill"] as const).filter((mode) => values[mode]);
const modes: readonly Mode[] = asked.length > 0 ? asked : ["power", "kill"];
for (const mode of modes) {
  const lack = mode === "power" ? await lackOfPower() : undefined;
  if (lack) {
    console.log(`power: ${lack}`);
    continue;
  }
  const { passed, said } = await runApart({ mode, cycles, seed });
  console.log(said);
  if (!passed) Deno.exitCode = 1;
}
