/** Writes the fax of this example to a file: `deno run -P=examples examples/fax_invoice/scan.ts FILE`. */
import { fax } from "./fax_machine.ts";
import { invoice, stain } from "./invoice.ts";

const [file] = Deno.args;
if (file === undefined) throw new Error("Say which file it is written to");
await Deno.writeFile(file, await fax(invoice, stain));
