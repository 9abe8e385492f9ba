/**
 * Makes faxes of layouts that nobody has, with what stands on them: `deno task fax:generate FOLDER`. Writes
 * `FOLDER/{dev,validation}/fax/ID.LEVEL.RESOLUTION.tif` (CCITT G4) and `truth/ID.truth.json`. Needs chromium, pdftoppm
 * (poppler), pamtotiff (netpbm) and tiffcp (libtiff).
 */
import { parseArgs } from "node:util";
import { degrade, levels, readPgm, resolutions } from "./degrade.ts";
import { invoices } from "./layouts/invoices.ts";
import { labReports } from "./layouts/lab_reports.ts";
import { others } from "./layouts/others.ts";
import { referrals } from "./layouts/referrals.ts";
import { dice } from "./made_up.ts";
import type { Layout } from "./paper.ts";

const { values: given, positionals: [folder] } = parseArgs({
  args: Deno.args,
  options: { seed: { type: "string", default: "1" }, of: { type: "string" } },
  allowPositionals: true,
});
if (!folder) {
  console.error("Cannot make faxes: usage is `deno task fax:generate FOLDER [--seed N] [--of LAYOUT]`");
  Deno.exit(2);
}

const work = await Deno.makeTempDir({ prefix: "mitral-faxes-" });
const layouts = [...invoices, ...labReports, ...referrals, ...others];
for (const [at, layout] of layouts.entries()) {
  if (given.of && given.of !== layout.name) continue;
  // Two of each that has values to read: a layout read by luck once is not read twice.
  const copies = layout.type === "invoice" || layout.type === "lab_report" ? 2 : 1;
  for (let copy = 0; copy < copies; copy++) await make(layout, Number(given.seed) * 1000 + at * 10 + copy);
}
await Deno.remove(work, { recursive: true });

async function make(layout: Layout, seed: number): Promise<void> {
  const id = `${layout.name}${seed}`, base = `${work}/${id}`;
  const { html, fields } = layout.make(dice(seed));
  const images = `${folder}/${layout.set}/fax`, truths = `${folder}/${layout.set}/truth`;
  await Deno.mkdir(images, { recursive: true });
  await Deno.mkdir(truths, { recursive: true });
  await Deno.writeTextFile(
    `${truths}/${id}.truth.json`,
    JSON.stringify({ id, type: layout.type, fields }, null, 1) + "\n",
  );
  await Deno.writeTextFile(`${base}.html`, html);
  await run("chromium", [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-pdf-header-footer",
    `--print-to-pdf=${base}.pdf`,
    `file://${base}.html`,
  ]);
  await run("pdftoppm", ["-gray", "-r", "408", `${base}.pdf`, base]);
  const pages = [...Deno.readDirSync(work)].map((entry) => entry.name)
    .filter((name) => name.startsWith(`${id}-`) && name.endsWith(".pgm")).sort();
  for (const level of ["clean", "typical", "bad"] as const) {
    for (const resolution of ["fine", "std"] as const) {
      const tiffs: string[] = [];
      for (const [page, name] of pages.entries()) {
        const grey = readPgm(await Deno.readFile(`${work}/${name}`));
        const sheet = `${base}.${page}`;
        await Deno.writeFile(`${sheet}.pbm`, degrade(grey, levels[level], resolution, dice(seed * 7 + page)));
        const dpi = `-yresolution=${resolutions[resolution].dpi}`;
        const tiff = await run("pamtotiff", [
          "-g4",
          "-xresolution=204",
          dpi,
          "-resolutionunit=inch",
          `${sheet}.pbm`,
        ]);
        await Deno.writeFile(`${sheet}.tif`, tiff);
        tiffs.push(`${sheet}.tif`);
      }
      await run("tiffcp", ["-c", "g4", ...tiffs, `${images}/${id}.${level}.${resolution}.tif`]);
    }
  }
  console.log(`${layout.set} ${id}: ${pages.length} page(s)`);
}

async function run(program: string, args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdout: "piped",
    stderr: "piped",
  })
    .output();
  if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr).slice(0, 500)}`);
  return stdout;
}
