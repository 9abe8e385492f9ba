/** Test vectors that others published, where they are on this machine. Nothing of them is in this repository. */

/** A file of Project Wycheproof (https://github.com/C2SP/wycheproof), of which CCTV's for ML-KEM are a part. */
export interface WycheproofFile<G> {
  readonly testGroups: readonly G[];
}

/**
 * The folder of Wycheproof's vectors, version 1: `MITRAL_WYCHEPROOF`, or that of the crate `wycheproof` where Cargo has
 * fetched it; `undefined`, and said so, where there is none.
 */
export async function wycheproofFolder(): Promise<string | undefined> {
  const given = Deno.env.get("MITRAL_WYCHEPROOF");
  if (given) return given;
  const cargo = Deno.env.get("CARGO_HOME") ?? `${Deno.env.get("HOME")}/.cargo`;
  const found: string[] = [];
  for (const registry of await namesIn(`${cargo}/registry/src`)) {
    for (const crate of await namesIn(`${cargo}/registry/src/${registry}`)) {
      if (crate.startsWith("wycheproof-")) found.push(`${cargo}/registry/src/${registry}/${crate}/src/data`);
    }
  }
  const [folder] = found.sort().reverse();
  if (folder === undefined) {
    console.warn("SKIP: Wycheproof's vectors not found; name their folder by MITRAL_WYCHEPROOF");
  }
  return folder;
}

/** HPKE's vectors for the post-quantum KEMs, which Go brings with its sources; `undefined`, and said so, without Go. */
export async function hpkePqVectors(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("go", { args: ["env", "GOROOT"] }).output();
    const root = new TextDecoder().decode(stdout).trim();
    return await Deno.readTextFile(`${root}/src/crypto/hpke/testdata/hpke-pq.json`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.warn("SKIP: no Go, or one without HPKE's vectors");
    return undefined;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
