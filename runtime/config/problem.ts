import type { Facts } from "../contract/error.ts";
import { type ConfigCode, errors } from "./errors.ts";

/** A place in a file, both counted from 1; both 0 where settings were given as an object. */
export interface Place {
  readonly line: number;
  /** In UTF-16 code units, as editors count. */
  readonly column: number;
  /** Left out: the gateway file itself. */
  readonly file?: string;
}

/** Something wrong with a gateway file, and where. Never holds a secret. */
export interface Problem extends Place {
  /** As given to `readGateway`, or a file of the folder `channels` beside it; where settings were given as an object, the path of the setting. */
  readonly file: string;
  readonly code: ConfigCode;
  readonly message: string;
  /** What would mend it. */
  readonly hint?: string;
}

/** As a compiler prints it: `gateway.yaml:12:7 CODE message (hint)`. Terminals and editors jump to the place. */
export function printProblem(problem: Problem): string {
  const { file, line, column, code, message, hint } = problem;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place} ${code} ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

/** Where a problem is reported: a node of the file, or the place of its key. */
export interface Spot {
  readonly path: string;
  readonly place: Place;
  /** What variables stand for there, by name: they may be secrets. */
  readonly variables?: ReadonlyMap<string, string>;
}

/** Shorter ones would tear holes into every message and are no secrets. */
const SECRET_LENGTH_MIN = 4;
/** The end of a text that was cut off. */
const CUT = "…";

/** Gathers the problems of one file. */
export class Problems {
  readonly #file: string;
  /** By place and facts: what an alias brings in twice is one problem, though its path differs. */
  readonly #found = new Map<string, Problem>();
  readonly #secrets = new Set<string>();
  /** Paths of values with a variable that is missing: nothing else about them is worth telling. */
  readonly #unknown = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Notes a problem. Returns nothing, so that a reader can `return problems.add(…)`. */
  add(spot: Spot, code: ConfigCode, found: Facts = {}, hint?: string): undefined {
    if (code === "CONFIG_VARIABLE_MISSING") this.#unknown.add(spot.path);
    else if (this.#unknown.has(spot.path)) return;
    const facts = spot.variables ? unfilled(found, spot.variables) : found;
    const { message } = errors.error(code, { where: spot.path, ...facts });
    const { line, column } = spot.place;
    const file = line > 0 ? spot.place.file ?? this.#file : spot.path;
    const key = JSON.stringify([line === 0 ? spot.path : "", file, line, column, code, facts]);
    if (this.#found.has(key)) return;
    const problem: Problem = { file, line, column, code, message };
    this.#found.set(key, hint === undefined ? problem : { ...problem, hint });
  }

  /** Keeps a text out of every problem: the last line of defence, for what a component says of its settings. */
  hide(secret: string): void {
    if (secret.length >= SECRET_LENGTH_MIN) this.#secrets.add(secret);
  }

  #clean(problem: Problem): Problem {
    let { message, hint } = problem;
    for (const secret of this.#secrets) {
      message = without(message, secret, "[secret]");
      hint = hint && without(hint, secret, "[secret]");
    }
    return hint === undefined ? { ...problem, message } : { ...problem, message, hint };
  }

  get count(): number {
    return this.#found.size;
  }

  /** In file order, the gateway file first; at one place in the order they were found. */
  inFileOrder(): readonly Problem[] {
    const rank = ({ file, line }: Problem) => line === 0 || file === this.#file ? "" : file;
    return [...this.#found.values()]
      .map((problem) => this.#clean(problem))
      .sort((a, b) => rank(a).localeCompare(rank(b)) || a.line - b.line || a.column - b.column);
  }
}

/** Facts that quote a value, with the names of its variables in place of what they stand for. */
function unfilled(facts: Facts, variables: ReadonlyMap<string, string>): Facts {
  const unfill = (fact: string) =>
    [...variables].reduce((text, [name, value]) => {
      const told = shown(value, Infinity);
      return told.length < SECRET_LENGTH_MIN ? text : without(text, told, `\${${name}}`);
    }, fact);
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, typeof fact === "string" ? unfill(fact) : fact]),
  );
}

/** A text with something else in place of a secret, which may have been cut off at its end. */
function without(text: string, secret: string, instead: string): string {
  const whole = text.replaceAll(secret, instead);
  if (!whole.endsWith(CUT)) return whole;
  const kept = whole.slice(0, -CUT.length);
  for (let length = secret.length; length >= SECRET_LENGTH_MIN; length--) {
    if (kept.endsWith(secret.slice(0, length))) return kept.slice(0, -length) + instead;
  }
  return whole;
}

/** A value as it may stand in a message: one short line, whatever a file holds. */
export function shown(value: string, lengthMax = 60): string {
  // deno-lint-ignore no-control-regex
  const line = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return line === "" ? '""' : line.length > lengthMax ? line.slice(0, lengthMax - 1) + CUT : line;
}
