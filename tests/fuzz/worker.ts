/**
 * Tries inputs of one target, in a process of its own, so that one which never ends or takes all memory can be told:
 * `worker.ts NAME SEED FROM SECONDS [trace FILE]`. Writes a line of JSON for each thing its parent must know. With
 * `trace`, the input under way is always in that file.
 */
import { attempt, shrunk } from "./attempt.ts";
import { Inputs } from "./mutate.ts";
import { targets } from "./targets/mod.ts";

const [name, seed, from, seconds, , traceFile] = Deno.args;
const target = targets.find((target) => target.name === name)!;
const inputs = new Inputs(target, Number(seed));
const say = (line: unknown) => console.log(JSON.stringify(line));

const endMs = Date.now() + Number(seconds) * 1_000;
const known = new Set<string>();
let number = Number(from), spokenMs = 0;
say({ at: number });
for (; Date.now() < endMs; number++) {
  if (Date.now() - spokenMs > 250) {
    say({ at: number });
    spokenMs = Date.now();
  }
  const input = inputs.at(number);
  if (traceFile) Deno.writeFileSync(traceFile, input);
  const finding = await attempt(target, input);
  if (finding === undefined || known.has(finding.signature)) continue;
  known.add(finding.signature);
  const smallest = await shrunk(target, input, finding);
  say({ found: { ...finding, number, input: smallest.toHex() } });
}
say({ done: number });
