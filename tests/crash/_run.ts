/**
 * One run of the crash harness, as a process: started by `_apart.ts`, never by hand. It ends when its input does. Prints
 * what came of it, and ends with 0 where nothing was wrong; otherwise its folder is kept.
 */
import { join } from "node:path";
import type { CrashRun } from "./_apart.ts";
import { crashCycles } from "./_cycles.ts";
import { ext4Disk, plainDisk } from "./_disk.ts";

const VIOLATIONS_SHOWN_MAX = 20;

const run: CrashRun = JSON.parse(Deno.args[0]);
const folder = await Deno.makeTempDir({ prefix: "mitral-crash-", ...(run.under ? { dir: run.under } : {}) });
let isAbandoned = false;
const givenUp = Promise.withResolvers<never>();
givenUp.promise.catch(() => {});
Array.fromAsync(Deno.stdin.readable).then(() => {
  isAbandoned = true;
  givenUp.reject(new Error("abandoned"));
});
// A mistake of the harness must not leave a gateway behind either.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  givenUp.reject(event.reason);
});

const violations = await perform().catch((cause) => [(cause as Error).message]);
const { mode, cycles, seed } = run;
if (violations.length > 0 && cycles > 0 && !isAbandoned) {
  const more = violations.length - VIOLATIONS_SHOWN_MAX;
  console.log(`${mode}: FAILED with seed ${seed}, ${cycles} cycles:`);
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN_MAX)) console.log(`  ${violation}`);
  if (more > 0) console.log(`  and ${more} more`);
  const how = mode === "power" ? `; its disk: mount -o loop ${join(folder, "disk.img")} FOLDER` : "";
  console.log(`  kept: ${folder}${how}`);
} else {
  if (cycles === 0 && violations.length > 0) console.log(violations.join("; "));
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(violations.length === 0 ? 0 : 1);

async function perform(): Promise<readonly string[]> {
  await using disk = await (run.mode === "power" ? ext4Disk : plainDisk)(folder);
  if (run.cycles === 0) {
    disk.cut();
    await disk.restore();
    return [];
  }
  const { violations, summary } = await crashCycles(run, folder, disk, givenUp.promise);
  console.log(summary);
  return violations;
}
