import { readTemplate, type Shown } from "../template.ts";
import type { OutboxTools } from "./outbox_spec.ts";

/**
 * Names of files, from a template. Every attempt for a message gets the same name: that is how one that was already
 * written is known again, and why the date is the message's and not today's.
 */
export interface NameTemplate {
  /** What tells the name of one message from every other's; left out where nothing does. */
  readonly uniqueBy?: "id" | "sequence";
  /** Errors: NAME_INVALID. */
  nameOf(parcel: Shown): string;
}

/** Leaves room, within the 255 bytes file systems allow, for endings, a number and the name while it is written. */
const LENGTH_MAX = 180;

/** No value of a message makes more of a name than this, in characters. */
const VALUE_MAX = 80;

/** What a template is tried with before there is a message. */
const SAMPLE: Shown = {
  id: "01900000-0000-7000-8000-000000000000",
  contentType: "application/json",
  sequence: Number.MAX_SAFE_INTEGER,
  atMs: 0,
  value: () => "x",
};

/** Reads a template. A name from it never leaves the folder. Errors: TEMPLATE_INVALID. */
export function nameTemplate(
  { config, words: { fail } }: Pick<OutboxTools, "config" | "words">,
): NameTemplate {
  const lengthMax = LENGTH_MAX;
  const template = readTemplate(config.as);
  if (!template || !isPlain(template.fill(SAMPLE, clean))) return fail("TEMPLATE_INVALID", { lengthMax });
  const uniqueBy = (["id", "sequence"] as const).find((word) => template.words.includes(word));
  return {
    ...(uniqueBy ? { uniqueBy } : {}),
    nameOf(parcel) {
      const name = template.fill(parcel, clean);
      return isPlain(name) ? name : fail("NAME_INVALID", { lengthMax });
    },
  };
}

function isPlain(name: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/^$|^\.|[/\\{}\x00-\x1f\x7f]|\.$|\.(part|tmp)$/.test(name) &&
    new TextEncoder().encode(name).length <= LENGTH_MAX;
}

/** Letters and digits of any script, and what may stand between them. A dot alone may mean a folder. */
function clean(value: string): string {
  return [...value.normalize("NFC").replace(/(?<![\p{L}\p{N}])\.|\.(?![\p{L}\p{N}])|[^\p{L}\p{N}._-]/gu, "_")]
    .slice(0, VALUE_MAX).join("");
}
