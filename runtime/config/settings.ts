import { createHash } from "node:crypto";
import { type ConfigNode, pathOf, WHOLE } from "./config_node.ts";
import type { Spot } from "./problem.ts";

/** What a gateway file says, flat: what is written, by its path. */
export type Settings = ReadonlyMap<string, string>;

/**
 * Every setting of a gateway file as text by its path, `channels.lab.listen.mllp.port`, so that two files can be
 * compared. A secret stays the reference it is written as.
 */
export function settingsOf(root: ConfigNode): Settings {
  const settings = new Map<string, string>();
  const visit = (node: ConfigNode, path: string): void => {
    if (node.kind === "map" && node.entries.length > 0) {
      for (const { key, value } of node.entries) visit(value, pathOf(path, key));
    } else if (node.kind === "list" && node.items.length > 0) {
      node.items.forEach((item, at) => visit(item, pathOf(path, at)));
    } else settings.set(path, textOf(node));
  };
  visit(root, WHOLE);
  return settings;
}

function textOf(node: ConfigNode): string {
  if (node.kind === "scalar") return node.secret ? node.secret.toString() : node.text;
  return { map: "{}", list: "[]", empty: "" }[node.kind];
}

/** Notes among settings what a file holds that a step reads when it starts: a hash, which changes with it. */
export function noteFile(settings: Map<string, string>, { path }: Spot, file: string, text: string): void {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  settings.set(`${path} ${file}`, `sha256:${hash}`);
}
