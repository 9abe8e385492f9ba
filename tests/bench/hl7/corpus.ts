/** Every message of the public corpus that its cases name, where the corpus is there. */
export async function corpusMessages(): Promise<readonly Uint8Array[] | undefined> {
  const folder = Deno.env.get("CORPUS") ?? new URL("../../../../shared/corpus", import.meta.url).pathname;
  try {
    const cases = JSON.parse(await Deno.readTextFile(`${folder}/cases/dev/parse_corpus.json`)).cases;
    return await Promise.all(cases.map(({ file }: { file: string }) => Deno.readFile(`${folder}/${file}`)));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}
