import type { ErrorCode } from "yaml";
import type { Facts } from "../contract/error.ts";
import type { ConfigCode } from "./errors.ts";

/** The YAML parser's complaints in our words: its own quote the file. */
const RULES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias can have no anchor and no tag",
  BAD_ALIAS: "an alias needs a name",
  BAD_COLLECTION_TYPE: "a tag does not fit what it stands before",
  BAD_DIRECTIVE: "a % directive is not understood",
  BAD_DQ_ESCAPE: "an escape in double quotes is not known",
  BAD_INDENT: "the indentation fits nothing above",
  BAD_PROP_ORDER: "an anchor or a tag stands in the wrong place",
  BAD_SCALAR_START: "text cannot start with this character",
  BLOCK_AS_IMPLICIT_KEY: "a second colon on the line",
  BLOCK_IN_FLOW: "indented settings inside braces or brackets",
  DUPLICATE_KEY: "a key is there twice",
  IMPOSSIBLE: "it makes no sense here",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a comma, colon, quote or closing bracket is missing",
  MULTILINE_IMPLICIT_KEY: "a key must stay on one line; perhaps a colon is missing",
  MULTIPLE_ANCHORS: "a value has two anchors",
  MULTIPLE_DOCS: "a gateway file is one document",
  MULTIPLE_TAGS: "a value has two tags",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab cannot indent",
  TAG_RESOLVE_FAILED: "tags are not read",
  UNEXPECTED_TOKEN: "something stands where nothing can",
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: "use single quotes for text with backslashes",
  BAD_SCALAR_START: "quote the text",
  BLOCK_AS_IMPLICIT_KEY: "quote text that holds a colon and a space",
  TAB_AS_INDENT: "indent with spaces",
  TAG_RESOLVE_FAILED: "quote text that starts with !",
  UNEXPECTED_TOKEN: "quote the whole text if it is one",
};

/** What to report for a fault of the YAML parser at an offset. */
export function yamlRule(
  code: ErrorCode,
  source: string,
  offset: number,
): { code: ConfigCode; facts: Facts; hint?: string } {
  // `{ PID-3[1].1: X }`: in braces a bracket ends the text before it.
  if (code === "MISSING_CHAR" && source[offset] === "[" && /\S/.test(source[offset - 1] ?? " ")) {
    return { code: "CONFIG_VALUE_SPLIT", facts: {}, hint: 'quote a path with brackets: "OBX[1]-5.1"' };
  }
  const problem = code === "TAG_RESOLVE_FAILED" ? "CONFIG_YAML_UNSUPPORTED" : "CONFIG_YAML_INVALID";
  return { code: problem, facts: { rule: RULES[code] ?? RULES.IMPOSSIBLE }, hint: HINTS[code] };
}
