import type { Bench } from "../bench.ts";
import { importCost } from "../import_cost.ts";
import { line } from "../report.ts";

/** What it costs a service to import `mod.ts`, beside an empty module. */
export async function imports({ folder, rounds }: Bench): Promise<void> {
  const { empty, imported } = await importCost(folder, rounds);
  const figure = ({ ms, residentMb }: typeof empty) => `${ms.toFixed(0)} ms, ${residentMb.toFixed(1)} MB`;
  line("a process that imports mod.ts", figure(imported), `an empty one ${figure(empty)}`);
  line("… more", figure({ ms: imported.ms - empty.ms, residentMb: imported.residentMb - empty.residentMb }));
}
