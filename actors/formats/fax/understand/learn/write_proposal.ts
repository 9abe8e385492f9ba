import { nameOfLexicon } from "../_template_type.ts";
import type { ValueType } from "../template.ts";
import type { Proposal, ProposedField, ProposedTable } from "./proposal.ts";

/** The proposal as a template in YAML, with what a person should look at in its comments. */
export function writeProposal(proposal: Proposal): string {
  const { name, kind, examples, unknown, tables, checks } = proposal;
  const lines = [
    `# Proposed from ${examples} ${
      examples === 1 ? "example" : "examples"
    }. Look over every line before you use it:`,
    "# whoever reads by this file reads what it says.",
    ...examples === 1
      ? [
        "# One example does not tell what changes: no shape of an identifier is known, and any phrase may be the patient's.",
      ]
      : [],
    `template: ${name}`,
    "version: 1",
    `kind: ${kind}${proposal.isKindSure ? "" : " # NOT SURE: nothing on the pages says what they are"}`,
    ...matchLines(proposal),
    proposal.fields.length > 0 ? "fields:" : "fields: {}",
    ...proposal.fields.flatMap(fieldLines),
    ...unknown.flatMap(({ anchor, examples: count }) => [
      `  # Not known: ${quoted(anchor)}, in ${count} of ${examples}. Give it a name to have it read:`,
      `  # ${camel(anchor)}: { at: [${quoted(anchor)}], where: right, type: text }`,
    ]),
    ...tables.length > 0 ? ["tables:", ...tables.flatMap(tableLines)] : [],
    ...checks.length > 0 ? ["checks:", ...checks.map((rule) => `  - ${quoted(rule)}`)] : [],
  ];
  return lines.join("\n") + "\n";
}

function matchLines({ phrases, titles, examples }: Proposal): string[] {
  const isUnsure = examples === 1;
  const none = phrases.length + titles.length === 0;
  return [
    none
      ? "# NOT SURE: no phrase was found that tells this layout from others. Write one of its letterhead."
      : "",
    none ? "match: { all: [] }" : "match:",
    phrases.length > 0
      ? `  all: [${phrases.map(quoted).join(", ")}]${
        isUnsure ? " # NOT SURE: is it the sender's letterhead?" : ""
      }`
      : "",
    titles.length > 0 ? `  titles: [${titles.map(quoted).join(", ")}]` : "",
  ].filter((line) => line !== "");
}

function fieldLines({ name, anchor, where, type, isRequired, doubts }: ProposedField): string[] {
  return [
    ...doubts.map((doubt) => `  # NOT SURE: ${doubt}`),
    `  ${name}: { at: [${quoted(anchor)}], where: ${where}, type: ${typeText(type)}${
      isRequired ? ", required: true" : ""
    } }`,
  ];
}

function tableLines({ name, columns, rows, key, checks, until }: ProposedTable): string[] {
  return [
    `  ${name}:`,
    `    # ${rows} rows were read.`,
    "    required: true",
    `    key: [${key.join(", ")}]`,
    ...until.length > 0 ? [`    until: [${until.map(quoted).join(", ")}]`] : [],
    "    columns:",
    ...columns.flatMap(({ name: column, header, type, isRequired, rows: filled }) => [
      ...filled < rows / 2 ? [`      # NOT SURE: only ${filled} of ${rows} rows have a value here`] : [],
      `      ${column}: { at: [${quoted(header)}], type: ${typeText(type)}${
        isRequired ? ", required: true" : ""
      } }`,
    ]),
    ...checks.length > 0 ? ["    checks:", ...checks.map((rule) => `      - ${quoted(rule)}`)] : [],
  ];
}

/** A type as a template has it. */
function typeText(type: ValueType): string {
  switch (type.is) {
    case "pattern":
      return `{ pattern: [${type.patterns.map(quoted).join(", ")}] }`;
    case "digits":
      return type.lengths.length > 0 ? `{ digits: [${type.lengths.join(", ")}] }` : "digits";
    case "enum":
      return `{ enum: { ${
        Object.entries(type.values).map(([value, words]) =>
          `${quoted(value)}: [${words.map(quoted).join(", ")}]`
        ).join(", ")
      } } }`;
    case "lexicon":
    case "words":
      return nameOfLexicon(type) ?? "text";
    default:
      return type.is;
  }
}

/** JSON is YAML. */
const quoted = (text: string) => JSON.stringify(text);

function camel(label: string): string {
  const [first = "field", ...rest] = label.normalize("NFKD").match(/[A-Za-z0-9]+/g) ?? [];
  const words = [
    first.toLowerCase(),
    ...rest.map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()),
  ];
  return words.join("").replace(/^(?=\d)/, "field");
}
