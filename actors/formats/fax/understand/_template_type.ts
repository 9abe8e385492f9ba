import type { TemplateNode } from "./_template_node.ts";
import type { DateOrder, ValueType } from "./template.ts";
import { analytes } from "./types/lexicons/analytes.ts";
import { services } from "./types/lexicons/services.ts";
import { units } from "./types/lexicons/units.ts";

/** Types that are a word alone. */
const PLAIN = [
  "text",
  "name",
  "identifier",
  "money",
  "number",
  "result",
  "range",
  "npi",
  "loinc",
  "procedure",
  "icd10",
  "phone",
] as const;
const ORDERS: readonly DateOrder[] = ["mdy", "dmy", "ymd"];
/** Years of two digits up to this one are after 2000. */
const PIVOT_USUAL = 50;

/** Lexicons that everybody needs. Other words may stand there as well. */
const KNOWN: Readonly<Record<string, ValueType>> = {
  analyte: { is: "lexicon", terms: Object.keys(analytes), isOpen: true, codes: analytes },
  service: { is: "words", words: services },
  unit: { is: "lexicon", terms: units, isOpen: true },
};

/** What a template calls a lexicon that comes with the gateway. */
export const nameOfLexicon = (type: ValueType): string | undefined =>
  Object.keys(KNOWN).find((name) => KNOWN[name] === type);

type Reader = (node: TemplateNode | undefined, whole: TemplateNode) => ValueType;

/** Types that can be told more: `{ digits: 7 }`. */
const TOLD: Readonly<Record<string, Reader>> = {
  pattern: (node, whole) => ({
    is: "pattern",
    patterns: node?.texts() ?? whole.fail("pattern needs one, such as INV-######"),
  }),
  digits: (node) => ({ is: "digits", lengths: node?.items().map((each) => each.number(1, 30)) ?? [] }),
  date: (node) => ({ is: "date", ...dating(node) }),
  datetime: (node) => ({ is: "datetime", ...dating(node) }),
  enum(node, whole) {
    const values = node?.entries() ?? whole.fail("enum needs values");
    return {
      is: "enum",
      values: Object.fromEntries([...values].map(([value, words]) => [value, words.texts()])),
    };
  },
  words: (node, whole) => ({ is: "words", words: node?.texts() ?? whole.fail("words needs some") }),
  lexicon(node, whole) {
    if (!node) return whole.fail("lexicon needs terms");
    if (!node.isMap) return { is: "lexicon", terms: node.texts(), isOpen: false };
    const parts = node.entries(["terms", "open"]);
    return {
      is: "lexicon",
      terms: parts.get("terms")?.texts() ?? [],
      isOpen: parts.get("open")?.flag() ?? false,
    };
  },
};

/** Reads a type: a word, or a mapping of one word to what it is told; text where there is none. */
export function readType(node: TemplateNode | undefined): ValueType {
  if (!node) return { is: "text" };
  if (!node.isMap) return typeOf(node, node.text(), undefined);
  const entries = [...node.entries()];
  if (entries.length !== 1) return node.fail("a type is one word, or one word with what it is told");
  return typeOf(node, entries[0][0], entries[0][1]);
}

function typeOf(node: TemplateNode, name: string, told: TemplateNode | undefined): ValueType {
  if (Object.hasOwn(TOLD, name)) return TOLD[name](told, node);
  const plain = PLAIN.find((each) => each === name);
  const type = plain === undefined ? KNOWN[name] : { is: plain };
  if (type === undefined) {
    const names = [...PLAIN, ...Object.keys(KNOWN), ...Object.keys(TOLD)];
    return node.fail(`one of ${names.join(", ")} has to stand here`);
  }
  return told === undefined ? type : node.fail(`${name} is told nothing`);
}

function dating(node: TemplateNode | undefined): { order: DateOrder; pivot: number } {
  const parts = node?.entries(["order", "pivot"]);
  return {
    order: parts?.get("order")?.choice(ORDERS) ?? "mdy",
    pivot: parts?.get("pivot")?.number(0, 99) ?? PIVOT_USUAL,
  };
}
