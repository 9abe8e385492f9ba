import type { Disk } from "../contract/world.ts";
import { type ConfigNode, kindOf } from "./config_node.ts";
import { type Problems, shown } from "./problem.ts";
import { didYouMean, suggest } from "./suggest.ts";

type NodeContext = Pick<FieldContext, "problems">;

/** What fields are parsed with. */
export interface FieldContext {
  readonly problems: Problems;
  /** Folder of the gateway file, absolute. */
  readonly folder: string;
  readonly disk: Disk;
  /** An environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Names of the partners the file lists, or their folder has; left out where nobody knows them. */
  readonly partners?: ReadonlySet<string>;
  /** Whether others may come while the gateway runs: they are in a folder. */
  readonly partnersMayCome?: boolean;
}

/** Notes each key that is not among `known`, with the one that was most likely meant. */
export function noteUnknownKeys(
  node: ConfigNode,
  known: readonly string[],
  context: NodeContext,
): void {
  if (node.kind !== "map") return;
  for (const { key, value } of node.entries) {
    if (known.includes(key)) continue;
    if (noteSplitText(node, value, context)) continue;
    const spot = { path: node.path, place: value.keyPlace };
    context.problems.add(spot, "CONFIG_KEY_UNKNOWN", { key: shown(key) }, didYouMean(key, known));
  }
}

/** True where a key is there, but misspelt: saying that it is missing too would only confuse. */
export function isMisspelt(owner: ConfigNode, name: string, known: readonly string[]): boolean {
  return owner.kind === "map" &&
    owner.entries.some(({ key }) => !known.includes(key) && suggest(key, known) === name);
}

/** Notes a bare word in braces, which is mostly the rest of a text that had a comma; true where it was one. */
export function noteSplitText(owner: ConfigNode, value: ConfigNode, { problems }: NodeContext): boolean {
  if (value.kind !== "empty" || !value.bare) return false;
  // Not quoted: it may be the rest of a secret.
  problems.add(
    { path: owner.path, place: value.keyPlace },
    "CONFIG_VALUE_SPLIT",
    {},
    "quote text that has a comma",
  );
  return true;
}

/** Notes the name of a partner that the file does not list, or `words` for partners where there is none; true where it did. */
export function noteStranger(
  name: string,
  node: ConfigNode,
  { problems, partners, partnersMayCome }: FieldContext,
  words: readonly string[] = [],
): boolean {
  if (!partners || partners.has(name)) return false;
  if (words.includes(name)) {
    if (partners.size > 0 || partnersMayCome) return false;
    const rule = "needs partners, of which the file lists none";
    problems.add(
      node,
      "CONFIG_VALUE_INVALID",
      { rule },
      "list them under partners, with what they are known by",
    );
    return true;
  }
  const coming = partnersMayCome
    ? "invite it by mitral partner invite"
    : "list it under partners, with what it is known by";
  const similar = partners.size > 0 ? didYouMean(name, [...words, ...partners]) : undefined;
  const hint = similar && partnersMayCome ? `${similar}, or ${coming}` : similar ?? coming;
  problems.add(node, "CONFIG_PARTNER_UNKNOWN", { key: shown(name) }, hint);
  return true;
}

/** Notes that a node is of the wrong kind. Never quotes it. */
export function wrongKind(node: ConfigNode, wanted: string, { problems }: NodeContext): undefined {
  if (node.kind === "empty") {
    return problems.add(node, "CONFIG_VALUE_MISSING", { key: "its value" }, `give it ${wanted}`);
  }
  return problems.add(node, "CONFIG_VALUE_INVALID", { rule: `must be ${wanted}, not ${kindOf(node)}` });
}

/** The text of a scalar, as the file has it. */
export function plainText(
  node: ConfigNode,
  wanted: string,
  context: NodeContext,
): string | undefined {
  if (node.kind === "list" && node.flow) {
    const hint = "quote text that starts with a bracket";
    return context.problems.add(node, "CONFIG_VALUE_SPLIT", {}, hint);
  }
  if (node.kind !== "scalar") return wrongKind(node, wanted, context);
  if (node.secret) {
    return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule: `must be ${wanted}, not a secret` });
  }
  return node.text;
}
