import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the demo was told on the command line. */
export interface DemoOptions {
  /** Messages before the table. */
  readonly count: number;
  /** Ends after the table instead of going on. */
  readonly once: boolean;
  /** Folder that is kept; a temporary one, removed at the end, where it is left out. */
  readonly folder?: string;
}

/** Shown for `--help`. */
export const help = `Two gateways on this machine: a hospital sends, a laboratory receives, sealed in between.

  deno task demo [--count N] [--once] [--dir DIR]

  --count N   messages before the table (300)
  --once      end after the table instead of going on until Ctrl-C
  --dir DIR   keep everything in this folder; a temporary one is removed at the end`;

/** Reads the arguments; `undefined` where help is wanted. Throws where they make no sense. */
export function readOptions(args: string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: "string", default: "300" },
      once: { type: "boolean", default: false },
      dir: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const count = Number(values.count);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new TypeError("--count takes a whole number from 1 on");
  }
  const { once, dir } = values;
  return dir === undefined ? { count, once } : { count, once, folder: resolve(dir) };
}
