import type { Fault } from "../contract/error.ts";
import type { ComponentSpec } from "./catalog_specs.ts";
import { exampleOf, fieldRows, type SettingRow, settingRows } from "./describe_spec.ts";
import { GATEWAY } from "./gateway_shape.ts";
import { mayBeLeftOut } from "./may_be_left_out.ts";
import { type Entries, isContractField, type Named, type Section, type Shape } from "./shape.ts";

/** The part of a reference page that is about one component. */
export function componentMarkdown(name: string, spec: ComponentSpec): string {
  const rows = settingRows(spec);
  const parts = [`## ${name}`, spec.about, fenced(exampleOf(name, spec))];
  parts.push(rows.length > 0 ? settingsTable(rows) : "No settings.");
  if (Object.keys(spec.errors).length > 0) parts.push("### Errors", errorsTable(spec.errors));
  return parts.join("\n\n");
}

/** A table of errors by code. */
export function errorsTable(errors: Readonly<Record<string, Fault>>): string {
  const rows = Object.entries(errors).map((
    [code, { blame, retry, says }],
  ) => [`\`${code}\``, blame, retry, cell(says)]);
  return table(["Code", "Blame", "Retry", "Says"], rows);
}

/** The reference of the gateway file: one table for each section, in the order of the file. */
export function gatewayMarkdown(): string {
  return sectionsOf("The file", GATEWAY).join("\n\n");
}

function sectionsOf(heading: string, shape: Section): readonly string[] {
  const entries = Object.entries(shape.entries as Entries);
  const rows = entries.flatMap(([key, entry]) =>
    isContractField(entry) ? fieldRows(key, entry) : [slotRow(key, entry)]
  );
  const prefix = heading === "The file" ? "" : `${heading.replaceAll("`", "")}.`;
  const inner = entries.flatMap(([key, entry]) => {
    if (isContractField(entry)) return [];
    if (entry.kind === "section") return sectionsOf(`\`${prefix}${key}\``, entry);
    return entry.kind === "named"
      ? sectionsOf(`\`${prefix}${key}.${entry.names.toUpperCase()}\``, entry.item)
      : [];
  });
  return [`## ${heading}`, shape.about, settingsTable([...rows, ...adapterRow(shape)]), ...inner];
}

function slotRow(name: string, shape: Exclude<Shape, { readonly kind: "text" }>): SettingRow {
  const fallback = shape.kind === "component" ? shape.default : undefined;
  const optional = "optional" in shape && shape.optional;
  const otherwise = fallback ?? (optional ? "optional" : mayBeLeftOut(shape) ? "as below" : "needed");
  return { name, takes: slotTakes(shape), otherwise, about: shape.about };
}

function slotTakes(shape: Shape): string {
  switch (shape.kind) {
    case "component":
      return `one of the [${shape.of}](${shape.of}.md)`;
    case "filter":
      return "an [expression](transforms.md#filter)";
    case "transform":
      return "a list of [transforms](transforms.md)";
    case "partners":
      return "a name, or a list of names";
    case "adapters":
      return `[${shape.of}](${shape.of}.md) by name, with their settings`;
    case "named":
      return `settings for each ${(shape as Named).names}`;
    default:
      return ["settings", ...Object.keys((shape as Section).words ?? {}).map((word) => `\`${word}\``)].join(
        " or ",
      );
  }
}

function adapterRow({ adapter, instead }: Section): readonly SettingRow[] {
  if (!adapter) return [];
  const about = `Exactly one adapter, under its own name${
    instead === undefined ? "" : `, or \`${instead}\``
  }.`;
  return [{ name: "ADAPTER", takes: `one of the [${adapter}](${adapter}.md)`, otherwise: "needed", about }];
}

function settingsTable(rows: readonly SettingRow[]): string {
  return table(
    ["Setting", "Takes", "Default", "What it is"],
    rows.map(({ name, takes, otherwise, about }) => [
      name === "" ? "(the value)" : `\`${name}\``,
      cell(takes),
      ["needed", "optional", "as below"].includes(otherwise) ? otherwise : cell(`\`${otherwise}\``),
      cell(about),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text as it stands in a cell of a table: marks are marks only between backticks. */
function cell(text: string): string {
  const line = text.replaceAll("|", "\\|").replace(/\s+/g, " ");
  return line.split("`").map((part, index) => index % 2 ? part : part.replace(/[*_<]/g, "\\$&")).join("`");
}

function fenced(yaml: string): string {
  return `\`\`\`yaml\n${yaml}\n\`\`\``;
}
