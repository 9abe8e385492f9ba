import { join, parse } from "node:path";
import type { Disk } from "../contract/world.ts";
import { type ConfigNode, type Entry, type MapNode, pathOf, valueOf } from "./config_node.ts";
import { type Problems, shown } from "./problem.ts";
import { reasonOf } from "./parse_secret.ts";
import { readYaml, type YamlOptions } from "./read_yaml.ts";

/** Folder beside the gateway file with a channel in each of its files. */
const FOLDER = "channels";

/**
 * The gateway file with the channels of the folder `channels` beside it: each file holds one, under the name of the file.
 * Tests of channels, `*_test.yaml`, are none.
 */
export async function withChannelFiles(
  root: ConfigNode,
  folder: string,
  variables: YamlOptions["variables"],
  disk: Disk,
  problems: Problems,
): Promise<ConfigNode> {
  if (root.kind !== "map") return root;
  const names = await disk.list(join(folder, FOLDER)).catch(() => []);
  // What begins with a dot is an editor's or the system's own.
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name) && !/_test\.ya?ml$/.test(name));
  const written = valueOf(root, "channels");
  const isFit = written === undefined || written.kind === "map" || written.kind === "empty";
  if (files.length === 0 || !isFit) return root;
  const entries: Entry[] = written?.kind === "map" ? [...written.entries] : [];
  for (const name of files) {
    const key = parse(name).name;
    const file = join(folder, FOLDER, name);
    const value = await readChannelFile(key, file, variables, disk, problems);
    if (!value) continue;
    if (entries.some((entry) => entry.key === key)) {
      const rule = "another channel has that name";
      problems.add(value, "CONFIG_NAME_INVALID", { key: shown(key), rule });
    } else entries.push({ key, value });
  }
  const channels: MapNode = written?.kind === "map"
    ? { ...written, entries }
    : { kind: "map", path: "channels", place: root.place, keyPlace: root.keyPlace, entries };
  return {
    ...root,
    entries: [...root.entries.filter(({ key }) => key !== "channels"), { key: "channels", value: channels }],
  };
}

async function readChannelFile(
  name: string,
  file: string,
  variables: YamlOptions["variables"],
  disk: Disk,
  problems: Problems,
): Promise<ConfigNode | undefined> {
  let text: string;
  try {
    text = await disk.readText(file);
  } catch (cause) {
    const spot = { path: file, place: { line: 1, column: 1, file } };
    return problems.add(spot, "CONFIG_FILE_UNREADABLE", { reason: reasonOf(cause, file) });
  }
  return readYaml(text, problems, {
    file,
    at: pathOf("channels", name),
    ...(variables ? { variables } : {}),
  });
}
