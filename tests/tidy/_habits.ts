import { posix } from "node:path";
import { codeOf, isDocument, isProduct, isSource, placed, type ProjectFile } from "./_tree.ts";

/** One habit: where it holds, what breaks it, and what to say then. */
interface Habit {
  readonly says: string;
  holds(path: string): boolean;
  readonly broken: RegExp;
  /** Looks at comments, too. */
  readonly everywhere?: boolean;
}

/**
 * The machine is met in `runtime/world/`, where everything is put together, in the journal's thread, and in those that read
 * pages of faxes: they find their WebAssembly and language data in files of packages.
 */
const meetsTheMachine = (path: string) =>
  /^(runtime\/world\/deno_\w+|runtime\/journal\/(disk_\w+|store_thread|upkeep\/\w+)|actors\/formats\/fax\/ocr\/pool\/reader_thread|mod|gateway)\.ts$/
    .test(
      path,
    );
const ANY_ALLOWED = ["runtime/contract/spec.ts", "tests/std/assert.ts"];

const habits: readonly Habit[] = [
  {
    says: "takes time, chance, disk and network from the World, not from the platform",
    holds: (path) => isProduct(path) && !meetsTheMachine(path),
    broken: new RegExp(
      [
        /\bDeno\./,
        /\b(set|clear)(Timeout|Interval|Immediate)\b/,
        /\bAbortSignal\.timeout\b/,
        /\b(Date|performance)\.now\b/,
        /\bnew Date\(\)/,
        /\bMath\.random\b/,
        /\b(getRandomValues|randomUUID|randomBytes)\b/,
        /(\bawait|\breturn|=|=>|\(|,)\s*fetch\(/,
        /\bnew Worker\(/,
        /"node:(fs|net|tls|http|https|dgram|timers|os|process|child_process|worker_threads)\b/,
      ].map(({ source }) => source).join("|"),
    ),
  },
  {
    says: "needs no any",
    holds: (path) => !ANY_ALLOWED.includes(path),
    broken: /no-explicit-an[y]/,
    everywhere: true,
  },
  { says: "casts to no any", holds: isSource, broken: /\bas an[y]\b/ },
  {
    says: "silences no type error",
    holds: (path) => !path.startsWith("tests/types/"),
    broken: /@ts-(ignor[e]|nochec[k]|expect-erro[r])/,
    everywhere: true,
  },
  { says: "leaves nothing to do", holds: () => true, broken: /\bTO[D]O\b|\bFIX[M]E\b/, everywhere: true },
  { says: "forks no stream: tee() buffers without bound", holds: isSource, broken: /\.t[e]e\(/ },
  {
    says: "names no path of one machine",
    holds: () => true,
    broken: /(^|[\s"'`(=])\/(work|tm[p]|root|home|Users)\//,
    everywhere: true,
  },
  {
    says: "names no registry's host",
    holds: () => true,
    broken: /registry\.npm[j]s|deb\.deb[i]an\.org|pypi\.o[r]g|proxy\.gola[n]g/,
    everywhere: true,
  },
];

const LINES_MAX = 400;
const SNAKE_CASE = /^_?[a-z0-9]+(_[a-z0-9]+)*\.\w+$/;

/** Every habit of the project a file breaks. */
export function habitTroubles({ path, text }: ProjectFile): readonly string[] {
  const code = isSource(path) ? codeOf(text) : text;
  const troubles = habits.filter(({ holds }) =>
    holds(path) && isSource(path) || isDocument(path) && holds(path)
  )
    .flatMap(({ broken, says, everywhere }) => {
      const looked = everywhere ? text : code;
      const at = looked.search(new RegExp(broken, "m"));
      return at < 0 ? [] : [placed(path, looked, at, `a file ${says}`)];
    });
  const lines = text.split("\n").length - 1;
  if (isSource(path) && lines > LINES_MAX) troubles.push(`${path}: ${lines} lines, more than ${LINES_MAX}`);
  const name = posix.basename(path);
  const isNamedForPeople = /^(README|CHANGELOG|CONTRIBUTING)\.md$/.test(name);
  if ((isSource(path) || isDocument(path)) && !isNamedForPeople && !SNAKE_CASE.test(name)) {
    troubles.push(`${path}: not in snake_case`);
  }
  return troubles;
}
