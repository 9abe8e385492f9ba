import { choice, durationMs, integer, path } from "../../../runtime/contract/spec.ts";

/** Settings of the format. */
export const settings = {
  templates: path(
    "Folder with templates of the site (YAML), or one of them: they are tried beside the built-in ones.",
    { expects: "any", optional: true },
  ),
  ocr: choice(
    "What reads letters: Tesseract as WebAssembly, which needs nothing, or the program `tesseract` of this machine, which is a little faster and has to be allowed (`--allow-run=tesseract`). `auto`: the program where it is there and allowed.",
    ["auto", "wasm", "program"],
    { default: "auto" },
  ),
  threads: integer(
    "How many threads read pages, for all channels of the gateway together; each takes up to 180 MB. One less than there are cores where left out, 2 at most.",
    { min: 1, max: 64, optional: true },
  ),
  pageMsMax: durationMs("How long reading a page may take; a fax with one that takes longer is refused.", {
    min: 1_000,
    max: 3_600_000,
    default: 180_000,
  }),
};
