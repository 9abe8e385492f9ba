import type { Flaws } from "../contract/format.ts";
import type { Unstamped } from "./line.ts";

/** One fault of a sender's is often in every line. */
const PATHS_TOLD_MAX = 10;

/** Tells what is wrong with a message that was taken all the same. */
export function flawed(channel: string, id: string, flaws: Flaws): Unstamped {
  const rules: Record<string, number> = {};
  for (const { rule } of flaws) rules[rule] = (rules[rule] ?? 0) + 1;
  const paths = flaws.slice(0, PATHS_TOLD_MAX).map(({ path }) => path);
  return { name: "messageFlawed", channel, id, rules, paths };
}
