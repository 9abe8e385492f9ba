import { resolve } from "node:path";
import type {
  ChoiceField,
  Field,
  IntegerField,
  ListField,
  MapField,
  OtherNames,
  PathField,
  RecordField,
  TextField,
} from "../contract/spec.ts";
import type { Disk } from "../contract/world.ts";
import {
  type FieldContext,
  isMisspelt,
  noteSplitText,
  noteStranger,
  noteUnknownKeys,
  plainText,
  wrongKind,
} from "./_node_checks.ts";
import { BYTE_UNITS, readInteger, readQuantity, TIME_UNITS } from "./quantity.ts";
import {
  type ConfigNode,
  type EmptyNode,
  keySpot,
  type MapNode,
  pathOf,
  type ScalarNode,
  valueOf,
} from "./config_node.ts";
import { mayBeLeftOut } from "./may_be_left_out.ts";
import { shown } from "./problem.ts";
import { readObject } from "./read_object.ts";
import { parseSecret } from "./parse_secret.ts";
import { suggest } from "./suggest.ts";

/** The parsed value of a field; `undefined`, with a problem noted, where the node does not fit. */
export async function parseField(field: Field, node: ConfigNode, context: FieldContext): Promise<unknown> {
  switch (field.kind) {
    case "text":
      return parseText(field, node, context);
    case "integer":
      return parseNumber(field, node, context, "a whole number", readInteger);
    case "bytes":
      return parseNumber(
        field,
        node,
        context,
        "a size such as 64 kB or 1 MiB",
        (text) => readQuantity(text, BYTE_UNITS),
      );
    case "durationMs":
      return parseNumber(
        field,
        node,
        context,
        "a time such as 500 ms, 5 s, 10 min or 2 h",
        (text) => readQuantity(text, TIME_UNITS),
      );
    case "switch":
      return parseSwitch(node, context);
    case "choice":
      return parseChoice(field, node, context);
    case "path":
      return await parsePath(field, node, context);
    case "secret":
      return await parseSecret(node, context);
    case "list":
      return await parseList(field, node, context);
    case "map":
      return field.orFolder && node.kind === "scalar"
        ? await parseFolder(field, node, context)
        : await parseMap(field, node, context);
    case "record":
      return await parseRecord(field, node, context);
  }
}

/** Settings with fixed names: unknown keys are problems, what is left out gets its default. */
async function parseRecord(
  { fields, others, short }: RecordField,
  given: ConfigNode,
  context: FieldContext,
): Promise<Record<string, unknown> | undefined> {
  const node = given.kind === "scalar" && short !== undefined ? asSetting(short, given) : given;
  if (node.kind !== "map" && node.kind !== "empty") return wrongKind(node, "settings", context);
  const known = Object.keys(fields);
  const parsed: Record<string, unknown> = {};
  if (others) Object.assign(parsed, await parseOthers(others, known, node, context));
  else noteUnknownKeys(node, known, context);
  for (const [name, field] of Object.entries(fields)) {
    parsed[name] = await parseEntry(name, field, node, known, context);
  }
  return parsed;
}

/** One text that stands for all settings of a record, as the setting it means. */
function asSetting(key: string, value: ScalarNode): ConfigNode {
  const { path, place, keyPlace } = value;
  return { kind: "map", entries: [{ key, value }], path, place, keyPlace };
}

/** The settings of a record whose names are the author's own. */
function parseOthers(
  { names, item }: OtherNames,
  known: readonly string[],
  node: MapNode | EmptyNode,
  context: FieldContext,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const entries = node.kind === "map" ? node.entries.filter(({ key }) => !known.includes(key)) : [];
  return parseMap(
    { kind: "map", about: item.about, names, item },
    { ...node, kind: "map", entries },
    context,
  );
}

/** One setting among the `known` ones of a record: from its node, else its default, else missing. */
export function parseEntry(
  name: string,
  field: Field,
  owner: ConfigNode,
  known: readonly string[],
  context: FieldContext,
): Promise<unknown> {
  const node = owner.kind === "map" ? valueOf(owner, name) : undefined;
  if (node) return parseField(field, node, context);
  const spot = { path: pathOf(owner.path, name), place: owner.keyPlace };
  if (field.default !== undefined) {
    return parseField(field, readObject(field.default, context.problems, spot), context);
  }
  if (field.optional || isMisspelt(owner, name, known)) return Promise.resolve(undefined);
  if (mayBeLeftOut(field)) {
    return parseField(field, readObject({}, context.problems, spot), context);
  }
  const hint = typeof field.example === "string" || typeof field.example === "number"
    ? `for example ${name}: ${field.example}`
    : field.kind === "choice"
    ? `it is one of ${field.of.join(", ")}`
    : undefined;
  context.problems.add(keySpot(owner), "CONFIG_VALUE_MISSING", { key: name }, hint);
  return Promise.resolve(undefined);
}

function parseText(field: TextField, node: ConfigNode, context: FieldContext): string | undefined {
  const text = plainText(node, "text", context);
  if (text === undefined) return undefined;
  if (field.isPartner && noteStranger(text, node, context, field.pattern?.words)) {
    return undefined;
  }
  if (!field.pattern || new RegExp(`^(?:${field.pattern.matches})$`, "u").test(text)) return text;
  const { says, words = [], isTold } = field.pattern;
  const near = suggest(text, words);
  // Not told as a rule: text with a pattern may be an address with a password in it.
  const rule = isTold ? `must ${says.replace("is", "be")}, not ${shown(text)}` : `must be text that ${says}`;
  return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule }, near && `did you mean ${near}?`);
}

function parseNumber(
  field: Pick<IntegerField, "min" | "max">,
  node: ConfigNode,
  context: FieldContext,
  wanted: string,
  read: (text: string) => number | undefined,
): number | undefined {
  const text = plainText(node, wanted, context);
  if (text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) {
    const rule = `must be ${wanted}, not ${shown(text)}`;
    return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule }, unitHint(text));
  }
  const { min = -Infinity, max = Infinity } = field;
  if (value >= min && value <= max) return value;
  const range = max === Infinity
    ? `at least ${min}`
    : min === -Infinity
    ? `at most ${max}`
    : `between ${min} and ${max}`;
  return context.problems.add(node, "CONFIG_VALUE_RANGE", { range, value });
}

/** `64 KB`, `5 sec`: the unit that was meant. */
function unitHint(text: string): string | undefined {
  const unit = /^[0-9.]+ *([A-Za-z]+)$/.exec(text)?.[1];
  const meant = unit && suggest(unit, [...Object.keys(BYTE_UNITS), ...Object.keys(TIME_UNITS)]);
  return meant && meant !== unit ? `did you mean ${text.slice(0, -unit.length)}${meant}?` : undefined;
}

function parseSwitch(node: ConfigNode, context: FieldContext): boolean | undefined {
  const text = plainText(node, "true or false", context);
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  const rule = `must be true or false, not ${shown(text)}`;
  return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule });
}

function parseChoice(field: ChoiceField, node: ConfigNode, context: FieldContext): string | undefined {
  const wanted = field.of.join(", ").replace(/, ([^,]*)$/, " or $1");
  const text = plainText(node, wanted, context);
  if (text === undefined || field.of.includes(text)) return text;
  const near = suggest(text, field.of);
  const rule = `must be ${wanted}, not ${shown(text)}`;
  return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule }, near && `did you mean ${near}?`);
}

async function parsePath(
  field: PathField,
  node: ConfigNode,
  context: FieldContext,
): Promise<string | undefined> {
  const text = plainText(node, "a path", context);
  if (text === undefined) return undefined;
  if (text === "" || text.includes("\0")) {
    return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule: "must be a path" });
  }
  const path = resolve(context.folder, text);
  if (await isThere(field.expects, path, context.disk)) return path;
  const facts = { expected: field.expects, path: shown(path, 240) };
  return context.problems.add(node, "CONFIG_PATH_MISSING", facts, field.remedy);
}

/** A folder that stands for a map, and may be made later. */
async function parseFolder(
  { names }: MapField,
  node: ScalarNode,
  context: FieldContext,
): Promise<string | undefined> {
  const path = await parsePath({ kind: "path", about: "", expects: "any" }, node, context);
  if (path === undefined || (await context.disk.facts(path).catch(() => undefined))?.kind !== "file") {
    return path;
  }
  const rule = `must be settings, each under its ${names}, or a folder, not a file`;
  return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule });
}

/** A symbolic link, which is neither file nor folder to `facts`, counts as what it must lead to. */
async function isThere(expects: PathField["expects"], path: string, disk: Disk): Promise<boolean> {
  if (expects === "any") return true;
  const found = await disk.facts(path).catch(() => undefined);
  if (found?.kind !== "other") return found?.kind === expects;
  return expects === "file" || await disk.list(path).then(() => true, () => false);
}

async function parseList(
  field: ListField,
  node: ConfigNode,
  context: FieldContext,
): Promise<readonly unknown[] | undefined> {
  const items = node.kind === "list"
    ? node.items
    : field.orOne && node.kind === "scalar"
    ? [node]
    : undefined;
  if (!items) return wrongKind(node, "a list", context);
  const parsed: unknown[] = [];
  for (const item of items) parsed.push(await parseField(field.item, item, context));
  return parsed;
}

async function parseMap(
  field: MapField,
  node: ConfigNode,
  context: FieldContext,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (node.kind !== "map" && node.kind !== "empty") {
    const wanted = `settings, each under its ${field.names}`;
    return wrongKind(node, field.orFolder ? `${wanted}, or a folder` : wanted, context);
  }
  const parsed: [string, unknown][] = [];
  for (const { key, value } of node.kind === "map" ? node.entries : []) {
    if (noteSplitText(node, value, context)) continue;
    parsed.push([key, await parseField(field.item, value, context)]);
  }
  // Defines each name as an own property, whatever it is: `__proto__` too.
  return Object.fromEntries(parsed);
}
