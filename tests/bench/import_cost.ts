import { join } from "node:path";

/** What a process costs: from its start to its end, and the memory it has then. */
export interface ProcessCost {
  readonly ms: number;
  readonly residentMb: number;
}

/** An empty module, and one that imports `mod.ts` and does nothing with it: medians of `runs` runs each, in turns. */
export async function importCost(
  folder: string,
  runs: number,
): Promise<{ readonly empty: ProcessCost; readonly imported: ProcessCost }> {
  const report = "console.log(Deno.memoryUsage().rss);\n";
  const mod = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);
  const modules = { empty: report, imported: `import ${mod};\n${report}` };
  const found: Record<keyof typeof modules, ProcessCost[]> = { empty: [], imported: [] };
  // The first run of each compiles, and is not counted.
  for (let run = 0; run <= runs; run++) {
    for (const name of ["empty", "imported"] as const) {
      const path = join(folder, `${name}.ts`);
      await Deno.writeTextFile(path, modules[name]);
      const cost = await costOf(path);
      if (run > 0) found[name].push(cost);
    }
  }
  return { empty: medianOf(found.empty), imported: medianOf(found.imported) };
}

async function costOf(path: string): Promise<ProcessCost> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-q", "--config", config, path] });
  const startedMs = performance.now();
  const { stdout } = await command.output();
  const ms = performance.now() - startedMs;
  return { ms, residentMb: Number(new TextDecoder().decode(stdout)) / 1e6 };
}

function medianOf(costs: readonly ProcessCost[]): ProcessCost {
  const median = (pick: (cost: ProcessCost) => number) =>
    costs.map(pick).sort((a, b) => a - b)[Math.floor(costs.length / 2)];
  return { ms: median(({ ms }) => ms), residentMb: median(({ residentMb }) => residentMb) };
}
