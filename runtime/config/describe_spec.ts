import { asField, type Field } from "../contract/spec.ts";
import { BYTE_UNITS, printQuantity, TIME_UNITS } from "./quantity.ts";
import type { ComponentSpec } from "./catalog_specs.ts";
import { mayBeLeftOut } from "./may_be_left_out.ts";

/** One setting, in words. */
export interface SettingRow {
  /** With the names of the settings around it: `tls.certificate`. Empty where the whole config is one value. */
  readonly name: string;
  /** What may be written: `a whole number, 0 to 65535`. */
  readonly takes: string;
  /** What holds where it is left out: a value as it would be written, `needed`, or `optional`. */
  readonly otherwise: string;
  readonly about: string;
}

/** The settings of a component, in order, those inside records included. */
export function settingRows(spec: Pick<ComponentSpec, "about" | "config">): readonly SettingRow[] {
  const field = asField(spec.about, spec.config);
  return field.kind === "record" && field.about === spec.about
    ? fieldRows("", field).slice(1)
    : fieldRows("", field);
}

/** A field and the fields inside it. */
export function fieldRows(name: string, field: Field): readonly SettingRow[] {
  const row = { name, takes: takes(field), otherwise: otherwise(field), about: field.about };
  const inside = insideOf(name, field).flatMap(([inner, part]) => fieldRows(inner, part));
  return [row, ...inside];
}

function insideOf(name: string, field: Field): [string, Field][] {
  const prefix = name === "" ? "" : `${name}.`;
  if (field.kind === "record") {
    const others: [string, Field][] = field.others ? [[placeholder(field.others), field.others.item]] : [];
    return [...others, ...Object.entries(field.fields)].map(([inner, part]) => [prefix + inner, part]);
  }
  if (field.kind === "list" && hasParts(field.item)) return insideOf(`${name}[]`, field.item);
  if (field.kind === "map" && hasParts(field.item)) {
    return insideOf(`${prefix}${placeholder(field)}`, field.item);
  }
  return [];
}

/** Stands for a name of the author's own choice. */
function placeholder({ names }: { readonly names: string }): string {
  return names.toUpperCase().replaceAll(" ", "_");
}

function hasParts(field: Field): boolean {
  return field.kind === "record" || field.kind === "map" || field.kind === "list";
}

/** What a field takes, in words. */
export function takes(field: Field): string {
  switch (field.kind) {
    case "text":
      return field.pattern ? `text that ${field.pattern.says}` : "text";
    case "integer":
      return `a whole number${rangeOf(field, String)}`;
    case "bytes":
      return `a size${rangeOf(field, (value) => printQuantity(value, BYTE_UNITS))}`;
    case "durationMs":
      return `a time${rangeOf(field, (value) => printQuantity(value, TIME_UNITS))}`;
    case "switch":
      return "true or false";
    case "choice":
      return field.of.join(", ").replace(/, ([^,]*)$/, " or $1");
    case "path":
      return field.expects === "any" ? "a path" : `a path to a ${field.expects} that exists`;
    case "secret":
      return "a secret: secret:NAME, env:NAME or file:PATH";
    case "list":
      if (hasParts(field.item)) return "a list of settings";
      return `${field.orOne ? `${takes(field.item)}, or ` : ""}a list; each item ${takes(field.item)}`;
    case "map":
      return `${takes(field.item)} for each ${field.names}${field.orFolder ? ", or a path to a folder" : ""}`;
    case "record":
      return field.short === undefined ? "settings" : `settings, or ${field.short} alone`;
  }
}

function rangeOf(
  { min, max }: { readonly min?: number; readonly max?: number },
  print: (value: number) => string,
): string {
  if (min === undefined && max === undefined) return "";
  if (max === undefined) return `, ${print(min!)} or more`;
  return min === undefined ? `, ${print(max)} or less` : `, ${print(min)} to ${print(max)}`;
}

function otherwise(field: Field): string {
  if (field.default !== undefined) return printDefault(field);
  if (field.optional) return "optional";
  return mayBeLeftOut(field) ? "as below" : "needed";
}

function printDefault(field: Field): string {
  const value = field.default;
  if (typeof value === "number" && field.kind === "bytes") return printQuantity(value, BYTE_UNITS);
  if (typeof value === "number" && field.kind === "durationMs") return printQuantity(value, TIME_UNITS);
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

/** The shortest config that is complete, as it would be written in a file on one line. */
export function exampleOf(name: string, spec: Pick<ComponentSpec, "about" | "config">): string {
  const field = asField(spec.about, spec.config);
  const value = exampleValue(field);
  return value === undefined ? name : `${name}: ${flow(value)}`;
}

function exampleValue(field: Field): unknown {
  if (field.example !== undefined) return field.example;
  if (field.kind === "record") {
    const parts = Object.entries(field.fields)
      .filter(([, part]) => !mayBeLeftOut(part) || part.example !== undefined && !part.optional)
      .map(([name, part]) => [name, exampleValue(part)] as const)
      .filter(([, value]) => value !== undefined);
    return parts.length === 0 ? undefined : Object.fromEntries(parts);
  }
  if (field.kind === "list") {
    const item = exampleValue(field.item);
    return item === undefined ? undefined : [item];
  }
  return field.default ?? (field.kind === "choice" ? field.of[0] : undefined);
}

/** A value in YAML's flow style; text is quoted only where it must be. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(([key, part]) => `${flow(key)}: ${flow(part)}`);
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
  const text = String(value);
  const plain = /^[A-Za-z0-9./_$]([A-Za-z0-9 ./_+@=:$()<>|^~*-]*[A-Za-z0-9./_)*])?$/.test(text) &&
    !/: |:$| #/.test(text);
  return typeof value !== "string" || plain ? text : JSON.stringify(text);
}

/** Plain-text help of a component, for a terminal. `kind`: what it is called, `listener`. */
export function helpText(kind: string, spec: ComponentSpec): string {
  const lines = [`${spec.name} (${kind}): ${spec.about}`, "", `  ${exampleOf(spec.name, spec)}`];
  const rows = settingRows(spec);
  if (rows.length > 0) lines.push("", "Settings");
  for (const { name, takes, otherwise, about } of rows) {
    lines.push("", `  ${name || spec.name}`, `      ${about}`, `      Takes ${takes}. ${inWords(otherwise)}`);
  }
  const errors = Object.entries(spec.errors);
  if (errors.length > 0) lines.push("", "Errors");
  for (const [code, { blame, retry, says }] of errors) {
    lines.push("", `  ${code}`, `      ${says}`, `      Blame: ${blame}. Retry: ${retry}.`);
  }
  return `${lines.join("\n")}\n`;
}

function inWords(otherwise: string): string {
  if (otherwise === "needed") return "Needed.";
  return otherwise === "optional" ? "May be left out." : `Default: ${otherwise}.`;
}
