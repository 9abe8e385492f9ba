const folder = new URL(
  `${Deno.env.get("FAXES") ?? new URL("../../../../../shared/faxes", import.meta.url).pathname}/`,
  import.meta.url,
);

/** A file of the example faxes, which lie beside the project and may be missing. */
export function faxFile(path: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(path, folder));
}

/** Names of the files in one of their folders, in order; none where there are no faxes, and it says so. */
export function faxFiles(within: string): readonly string[] {
  try {
    return [...Deno.readDirSync(new URL(`${within}/`, folder))].map(({ name }) => `${within}/${name}`).sort();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    console.warn("SKIP: ../shared/faxes not found");
    return [];
  }
}
