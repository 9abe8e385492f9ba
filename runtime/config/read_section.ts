import { resolve } from "node:path";
import type { Disk } from "../contract/world.ts";
import {
  isMisspelt,
  noteSplitText,
  noteStranger,
  noteUnknownKeys,
  plainText,
  wrongKind,
} from "./_node_checks.ts";
import type { ReadContext } from "./_read_context.ts";
import { type ConfigNode, keySpot, pathOf, valueOf } from "./config_node.ts";
import { NAME } from "./gateway_shape.ts";
import { mayBeLeftOut } from "./may_be_left_out.ts";
import { parseEntry } from "./parse_field.ts";
import { shown } from "./problem.ts";
import { readAdapter } from "./read_adapter.ts";
import { readExchangeAdapters } from "./read_exchange.ts";
import { readComponent } from "./read_component.ts";
import { readObject } from "./read_object.ts";
import { readFilter, readTransforms } from "./read_steps.ts";
import {
  isContractField,
  type Named,
  type Partially,
  type Section,
  type Shape,
  type ValueOf,
} from "./shape.ts";

/** Reads a section. What has a problem is left out of the value; every problem is noted. */
export async function readSection<S extends Section>(
  shape: S,
  node: ConfigNode,
  context: ReadContext,
): Promise<Partially<ValueOf<S>> | undefined> {
  const words = shape.words ?? {};
  if (node.kind === "scalar" && Object.hasOwn(words, node.text)) {
    return await readSection(shape, readObject(words[node.text], context.problems, node), context);
  }
  if (node.kind !== "map" && node.kind !== "empty") {
    return wrongKind(node, ["settings", ...Object.keys(words)].join(" or "), context);
  }
  const known = Object.keys(shape.entries);
  const read: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(shape.entries)) {
    read[key] = await readEntry(key, entry, node, known, context);
  }
  if (shape.adapter) read.adapter = await readAdapter(shape.adapter, known, node, context, shape.instead);
  else noteUnknownKeys(node, known, context);
  // The entries were read one by one as the shape says, which is what `ValueOf` spells out.
  return read as Partially<ValueOf<S>>;
}

async function readEntry(
  key: string,
  shape: Shape,
  owner: ConfigNode,
  known: readonly string[],
  context: ReadContext,
): Promise<unknown> {
  if (isContractField(shape)) return parseEntry(key, shape, owner, known, context);
  const written = owner.kind === "map" ? valueOf(owner, key) : undefined;
  const node = written ?? (isMisspelt(owner, key, known) ? undefined : absent(key, shape, owner, context));
  switch (shape.kind) {
    case "filter":
      return node ? await readFilter(node, context) : [];
    case "transform":
      return node ? await readTransforms(node, context) : [];
    case "section":
      return node && await readSection(shape, node, context);
    case "named":
      return node && await readNamed(shape, node, context);
    case "component":
      return node && await readComponent(shape.of, node, context);
    case "partners":
      return node && readPartners(node, context);
    case "adapters":
      return node ? await readExchangeAdapters(shape.of, node, context) : [];
  }
}

/** What stands for a key that is not there: its default, nothing, or a problem. */
function absent(
  key: string,
  shape: Exclude<Shape, { readonly kind: "text" }>,
  owner: ConfigNode,
  { problems }: ReadContext,
): ConfigNode | undefined {
  const spot = { path: pathOf(owner.path, key), place: owner.keyPlace };
  if (shape.kind === "component" && shape.default !== undefined) {
    return readObject(shape.default, problems, spot);
  }
  if ("optional" in shape && shape.optional) return undefined;
  if (shape.kind === "section" && mayBeLeftOut(shape)) return readObject({}, problems, spot);
  return problems.add(keySpot(owner), "CONFIG_VALUE_MISSING", { key });
}

async function readNamed(
  shape: Named,
  node: ConfigNode,
  context: ReadContext,
): Promise<readonly { name: string; value: unknown }[] | undefined> {
  const { problems } = context;
  if (node.kind !== "map") {
    return wrongKind(node, `settings, each under the name of a ${shape.names}`, context);
  }
  if (node.entries.length === 0) {
    return problems.add(node, "CONFIG_VALUE_MISSING", { key: `a ${shape.names}` });
  }
  const read: { name: string; value: unknown }[] = [];
  for (const { key, value } of node.entries) {
    if (noteSplitText(node, value, context) || noteNameless(shape, key, value, context)) continue;
    checkName(key, value, context);
    read.push({ name: key, value: await readSection(shape.item, value, context) });
  }
  return read;
}

/** Notes an adapter where a name should stand before it; true where it was one. */
function noteNameless({ item, names }: Named, key: string, value: ConfigNode, context: ReadContext): boolean {
  const adapters = item.adapter ? Object.keys(context.catalog[item.adapter]) : [];
  const ways = [...adapters, item.instead];
  if (
    !adapters.includes(key) || value.kind !== "map" || value.entries.some((entry) => ways.includes(entry.key))
  ) {
    return false;
  }
  const hint = `give the ${names} a name: { NAME: { ${key}: … } }`;
  context.problems.add(keySpot(value), "CONFIG_ADAPTER_MISSING", {}, hint);
  return true;
}

/** Notes a name that is not fit to be one. */
function checkName(name: string, node: ConfigNode, context: ReadContext): void {
  noteName(name, node, whyNoName(name), context);
}

/** The same for a partner, whose name must not be the word for all of them. */
export function checkPartnerName(name: string, node: ConfigNode, context: ReadContext): void {
  noteName(name, node, whyNoPartner(name), context);
}

function noteName(name: string, node: ConfigNode, rule: string | undefined, { problems }: ReadContext): void {
  if (rule !== undefined) {
    problems.add(keySpot(node), "CONFIG_NAME_INVALID", { key: shown(name), rule });
  }
}

function whyNoName(name: string): string | undefined {
  return new RegExp(`^(?:${NAME.matches})$`).test(name) ? undefined : `a name ${NAME.says}`;
}

function whyNoPartner(name: string): string | undefined {
  return name === "partners" ? "that word stands for all partners" : whyNoName(name);
}

function readPartners(node: ConfigNode, context: ReadContext): readonly string[] | undefined {
  const items = node.kind === "list" ? node.items : [node];
  if (items.length === 0) return context.problems.add(node, "CONFIG_VALUE_MISSING", { key: "a partner" });
  const names: string[] = [];
  for (const item of items) {
    const name = plainText(item, "the name of a partner", context);
    if (name === undefined) continue;
    if (names.includes(name)) {
      context.problems.add(item, "CONFIG_VALUE_INVALID", { rule: `${shown(name)} is listed twice` });
    } else if (!noteStranger(name, item, context)) {
      names.push(name);
    }
  }
  return names;
}

/** Names under `partners`, read ahead of what refers to them, or those of the folder that is named there. */
export async function partnerNames(
  root: ConfigNode,
  { folder, disk }: { readonly folder: string; readonly disk: Disk },
): Promise<Pick<ReadContext, "partners" | "partnersMayCome">> {
  const partners = root.kind === "map" ? valueOf(root, "partners") : undefined;
  if (partners?.kind === "map") return { partners: new Set(partners.entries.map((entry) => entry.key)) };
  if (partners?.kind !== "scalar") return { partners: new Set() };
  // Before the first invitation there is no folder yet.
  const files = await disk.list(resolve(folder, partners.text)).catch(() => []);
  const names = files.filter((file) => file.endsWith(RECORD)).map((file) => file.slice(0, -RECORD.length));
  return {
    partners: new Set(names.filter((name) => whyNoPartner(name) === undefined)),
    partnersMayCome: true,
  };
}

/** How files end in which a folder has partners. */
const RECORD = ".json";
