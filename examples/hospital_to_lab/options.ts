import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the demo was told on the command line. */
export interface DemoOptions {
  /** Messages before the table. */
  readonly count: number;
  /** Messages a second. */
  readonly rate: number;
  /** Ends after the table instead of going on. */
  readonly once: boolean;
  /** Folder that is kept; a temporary one, removed at the end, where it is left out. */
  readonly folder?: string;
}

/** Shown for `--help`. */
export const help = `Two gateways on this machine: a hospital sends, a laboratory receives, sealed in between.

  deno task demo [--count N] [--rate N] [--once] [--dir DIR]

  --count N   messages before the table (300)
  --rate N    messages a second (50)
  --once      end after the table instead of going on until Ctrl-C
  --dir DIR   keep everything in this folder; a temporary one is removed at the end`;

/** Reads the arguments; `undefined` where help is wanted. Throws where they make no sense. */
export function readOptions(args: string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: "string", default: "300" },
      rate: { type: "string", default: "50" },
      once: { type: "boolean", default: false },
      dir: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { once, dir } = values;
  const numbers = { count: numberOf("--count", values.count), rate: numberOf("--rate", values.rate) };
  return { ...numbers, once, ...(dir === undefined ? {} : { folder: resolve(dir) }) };
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new TypeError(`${option} takes a whole number from 1 on`);
}
