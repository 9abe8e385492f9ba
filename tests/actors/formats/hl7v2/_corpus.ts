/** Public test data, which lies beside the project and may be missing. */
const folder = new URL(
  `${Deno.env.get("CORPUS") ?? new URL("../../../../../shared/corpus", import.meta.url).pathname}/`,
  import.meta.url,
);

/** A file of the corpus. */
export function corpusFile(path: string): Uint8Array {
  return Deno.readFileSync(new URL(path, folder));
}

/** The cases of one case file. */
export function casesOf<Case>(name: string): readonly Case[] {
  return JSON.parse(new TextDecoder().decode(corpusFile(`cases/dev/${name}.json`))).cases;
}

/** Registers a test over the corpus; without one it is skipped, and says so. */
export function corpusTest(sentence: string, fn: () => void | Promise<void>): void {
  Deno.test(sentence, () => {
    if (hasCorpus()) return fn();
    console.log("SKIP: ../shared/corpus not found");
  });
}

function hasCorpus(): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}
