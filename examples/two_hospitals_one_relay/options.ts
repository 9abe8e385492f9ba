import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** How messages get from one hospital to the other: by the relay, gateway to gateway, or either. */
export type Carrier = "relay" | "direct" | "both";

/** What the example was told on the command line. */
export interface Options {
  readonly carrier: Carrier;
  /** Messages each hospital sends. */
  readonly messages: number;
  /** How often something is killed. */
  readonly kills: number;
  /** Decides when which is killed. */
  readonly seed: number;
  /** Folder that is kept; a temporary one, removed at the end, where it is left out. */
  readonly folder?: string;
}

/** Shown for `--help`. */
export const help = `Two hospitals exchange results, sealed, through a relay that can read none of them.

  deno run -P=examples examples/two_hospitals_one_relay/main.ts [options]

  --messages N  messages each hospital sends (100)
  --kills N     how often a gateway, or the relay, is killed meanwhile (4)
  --seed N      decides which, and when (1)
  --carrier C   relay; direct, gateway to gateway by HTTPS; or both, where one stands in for the other (relay)
  --dir DIR     keep everything in this empty folder; a temporary one is removed at the end
  --once        is taken, and changes nothing: the example ends by itself`;

/** Reads the arguments; `undefined` where help is wanted. Throws where they make no sense. */
export function readOptions(args: string[]): Options | undefined {
  const { values: { carrier, messages, kills, seed, dir, help } } = parseArgs({
    args,
    options: {
      carrier: { type: "string", default: "relay" },
      messages: { type: "string", default: "100" },
      kills: { type: "string", default: "4" },
      seed: { type: "string", default: "1" },
      dir: { type: "string" },
      once: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (help) return undefined;
  if (carrier !== "relay" && carrier !== "direct" && carrier !== "both") {
    throw new TypeError("--carrier is relay, direct or both");
  }
  return {
    carrier,
    messages: numberOf("--messages", messages, [1, 900]),
    kills: numberOf("--kills", kills, [0, 100]),
    seed: numberOf("--seed", seed, [0, 1_000_000]),
    ...(dir === undefined ? {} : { folder: resolve(dir) }),
  };
}

function numberOf(option: string, text: string, [least, most]: readonly [number, number]): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
  throw new TypeError(`${option} takes a whole number from ${least} to ${most}`);
}
