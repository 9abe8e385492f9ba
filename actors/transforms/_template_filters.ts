import { compileDatePattern } from "./_date_pattern.ts";
import { templateErrors } from "./_template_errors.ts";
import type { TemplateScanner, WrittenFilter } from "./_template_scanner.ts";

/** What a filter makes of a value; `undefined` is an absent one. */
export type TextFilter = (value: string | undefined) => string | undefined;

/** Longer padding is a mistake. */
const LENGTH_MAX = 10_000;

interface FilterParts {
  readonly written: WrittenFilter;
  /** The path or word the value comes from, as it is written. */
  readonly source: string;
  readonly timeZone: string;
  readonly scan: TemplateScanner;
}

const FILTERS: Readonly<Record<string, (parts: FilterParts) => TextFilter>> = {
  date({ written: { rest }, source, timeZone, scan }) {
    const pattern = rest.text;
    const refuse = (at: number, expected: string) =>
      scan.expected(expected, rest.at + at + Number(rest.quoted));
    const write = compileDatePattern(pattern, timeZone, refuse);
    return present((text) => {
      const result = write(text);
      if (result === "invalid") return templateErrors.fail("TEMPLATE_DATE_INVALID", { source });
      if (result === "imprecise") return templateErrors.fail("TEMPLATE_DATE_IMPRECISE", { source, pattern });
      return result.written;
    });
  },
  default({ written: { rest }, scan }) {
    if (rest.text === "" && !rest.quoted) scan.expected("the text to write", rest.at);
    return (text) => text ?? rest.text;
  },
  upper: plain((text) => text.toUpperCase()),
  lower: plain((text) => text.toLowerCase()),
  trim: plain((text) => text.trim()),
  left(parts) {
    const length = lengthOf(parts, 1);
    return present((text) => Array.from(text).slice(0, length).join(""));
  },
  pad(parts) {
    const length = lengthOf(parts, 2);
    const filler = parts.written.words[1]?.text ?? "0";
    if (Array.from(filler).length !== 1) parts.scan.expected("one character", parts.written.words[1].at);
    return present((text) => filler.repeat(Math.max(0, length - Array.from(text).length)) + text);
  },
};

/** Compiles one filter. Problems fail with their column. */
export function compileFilter(
  written: WrittenFilter,
  source: string,
  timeZone: string,
  scan: TemplateScanner,
): TextFilter {
  const { text, at } = written.name;
  if (!Object.hasOwn(FILTERS, text)) return scan.expected(`one of ${Object.keys(FILTERS).join(", ")}`, at);
  return FILTERS[text]({ written, source, timeZone, scan });
}

/** What is absent stays absent. */
function present(change: (text: string) => string): TextFilter {
  return (text) => text === undefined ? undefined : change(text);
}

/** A filter that is told nothing. */
function plain(change: (text: string) => string): (parts: FilterParts) => TextFilter {
  return ({ written: { words }, scan }) => {
    if (words.length > 0) scan.expected("| or }", words[0].at);
    return present(change);
  };
}

function lengthOf({ written: { words, rest }, scan }: FilterParts, wordsMax: number): number {
  const length = /^\d+$/.test(words[0]?.text ?? "") ? Number(words[0].text) : Infinity;
  if (length > LENGTH_MAX) return scan.expected(`a number up to ${LENGTH_MAX}`, rest.at);
  if (words.length > wordsMax) scan.expected("| or }", words[wordsMax].at);
  return length;
}
