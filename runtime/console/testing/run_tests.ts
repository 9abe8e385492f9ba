import { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { TestCase, TestFile } from "../../config/test_file.ts";
import type { Outside } from "../outside.ts";
import { Rehearsal } from "./rehearsal.ts";
import { rehearsalWorld } from "./rehearsal_world.ts";
import { type Failure, judge } from "./verdict.ts";

/** How a case ended: without a failure it has passed. */
export interface CaseResult {
  readonly name: string;
  readonly channel: string;
  readonly line: number;
  readonly failures: readonly Failure[];
}

/** What tests are run with. */
export interface RunTools {
  readonly world: World;
  readonly openGateway: Outside["openGateway"];
  /** Which cases are looked at. */
  wants(name: string): boolean;
}

/**
 * Runs the cases of a file, in order, each in a gateway of its own, unless it goes on where the one before it ended.
 * A case that is not wanted runs all the same where a later one goes on from it.
 */
export async function* runTests(
  file: TestFile,
  { world, openGateway, wants }: RunTools,
): AsyncGenerator<CaseResult> {
  const { cases } = file;
  for (let start = 0; start < cases.length;) {
    let end = start + 1;
    while (end < cases.length && cases[end].keep) end++;
    const chain = cases.slice(start, end);
    const wanted = chain.findLastIndex(({ name }) => wants(name));
    start = end;
    if (wanted < 0) continue;
    await using rehearsal = await Rehearsal.open(
      file.gateway,
      rehearsalWorld(world, file.nowMs),
      openGateway,
    );
    for (const one of chain.slice(0, wanted + 1)) {
      const failures = await failuresOf(one, rehearsal, one === chain.at(-1));
      const { name, channel, place: { line } } = one;
      if (wants(name)) yield { name, channel, line, failures };
    }
  }
}

async function failuresOf(
  one: TestCase,
  rehearsal: Rehearsal,
  closes: boolean,
): Promise<readonly Failure[]> {
  try {
    return await judge(one, await rehearsal.play(one, { closes }));
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return [{ place: one.place, about: "case", says: `${cause.code} ${cause.message}` }];
  }
}
