import { fileURLToPath } from "node:url";
import type { World } from "../../../../../runtime/contract/world.ts";
import { ENGINE_DPI, type Layout, SEGMENTATION } from "./engine.ts";
import { LANGUAGE, languageData } from "./language_data.ts";

const PROGRAM = "tesseract";
/** One thread for each page: the pool is bounded, and so is what it takes. */
const ENV: Readonly<Record<string, string>> = { OMP_THREAD_LIMIT: "1" };

/** Files by name, for the folder the program is started in. */
export type LanguageFile = Readonly<Record<string, Uint8Array>>;

/** The language data as the program wants it: the same that WebAssembly is given. */
export async function languageFile({ disk }: World): Promise<LanguageFile> {
  return { [`${LANGUAGE}.traineddata`]: await languageData((url) => disk.read(fileURLToPath(url))) };
}

/** Has the program read a PNG; resolves with its TSV. */
export async function readByProgram(
  { spawn }: World,
  files: LanguageFile,
  input: Uint8Array<ArrayBuffer>,
  layout: Layout,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { code, output } = await spawn.run(PROGRAM, {
    args: argsFor(layout),
    env: ENV,
    files,
    input,
    givesWay: true,
    signal,
  });
  if (code !== 0) throw new Error(`${PROGRAM} ended with ${code}`);
  return output;
}

/** Whether the program is there, and may be run. */
export async function isProgramThere({ spawn }: World): Promise<boolean> {
  try {
    return (await spawn.run(PROGRAM, { args: ["--version"], env: ENV })).code === 0;
  } catch {
    return false;
  }
}

/** What it is told: a picture comes in, TSV goes out, and the language data is where it is started. */
function argsFor(layout: Layout): readonly string[] {
  return [
    ...["-", "-", "--tessdata-dir", ".", "-l", LANGUAGE, "--oem", "1", "-c", "tessedit_create_tsv=1"],
    ...["--dpi", `${ENGINE_DPI}`, "--psm", `${SEGMENTATION[layout]}`],
  ];
}
