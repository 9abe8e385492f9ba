import { createHash } from "node:crypto";
import { type ConfigNode, pathOf, WHOLE } from "./config_node.ts";
import type { Spot } from "./problem.ts";

/** One value of a gateway file. */
export interface Setting {
  /** As the file has it: a secret is its reference, a variable its name. */
  readonly written: string;
  /** What that stands for. Never shown: a variable may hold a secret. */
  readonly value: string;
}

/** What a gateway file says, flat: what is written, by its path. */
export type Settings = ReadonlyMap<string, Setting>;

/** Every setting of a gateway file by its path, `channels.lab.listen.mllp.port`, so that two files can be compared. */
export function settingsOf(root: ConfigNode): Settings {
  const settings = new Map<string, Setting>();
  const visit = (node: ConfigNode, path: string): void => {
    if (node.kind === "map" && node.entries.length > 0) {
      for (const { key, value } of node.entries) visit(value, pathOf(path, key));
    } else if (node.kind === "list" && node.items.length > 0) {
      node.items.forEach((item, at) => visit(item, pathOf(path, at)));
    } else settings.set(path, settingOf(node));
  };
  visit(root, WHOLE);
  return settings;
}

function settingOf(node: ConfigNode): Setting {
  if (node.kind !== "scalar") return plainSetting({ map: "{}", list: "[]", empty: "" }[node.kind]);
  if (node.secret) return plainSetting(node.secret.toString());
  return { written: node.written ?? node.text, value: node.text };
}

function plainSetting(text: string): Setting {
  return { written: text, value: text };
}

/** Notes among settings what a file holds that a step reads when it starts: a hash, which changes with it. */
export function noteFile(settings: Map<string, Setting>, { path }: Spot, file: string, text: string): void {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  settings.set(`${path} ${file}`, plainSetting(`sha256:${hash}`));
}

/**
 * SHA-256 of settings as they are written, in hex: no secret is in it, and a table or an actor that a step reads is. `of`: those
 * of one channel; all where left out.
 */
export function hashOf(settings: Settings, of?: string): string {
  const own = of === undefined ? undefined : pathOf(pathOf(WHOLE, "channels"), of);
  const hash = createHash("sha256");
  const ours = [...settings].filter(([path]) =>
    own === undefined || path === own || path.startsWith(`${own}.`)
  );
  for (const [path, { written }] of ours.sort(([one], [other]) => one < other ? -1 : 1)) {
    hash.update(`${JSON.stringify([path, written])}\n`);
  }
  return hash.digest("hex");
}
