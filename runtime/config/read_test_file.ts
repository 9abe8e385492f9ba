import { basename, dirname, join, resolve } from "node:path";
import { text } from "../contract/spec.ts";
import type { Disk } from "../contract/world.ts";
import type { GatewayPlan } from "../engine/plan.ts";
import { type FieldContext, isMisspelt, noteUnknownKeys, plainText, wrongKind } from "./_node_checks.ts";
import { type SharedSettings, TestCaseReader } from "./_read_test_cases.ts";
import { type ConfigNode, keySpot, type MapNode, valueOf, WHOLE_TESTS } from "./config_node.ts";
import { parseField } from "./parse_field.ts";
import { type Problem, Problems, shown } from "./problem.ts";
import type { GatewayReading } from "./read_gateway.ts";
import { readYaml } from "./read_yaml.ts";
import type { TestCase, TestFile } from "./test_file.ts";

/** What a file of tests is read with. */
export interface TestTools {
  readonly disk: Disk;
  /** Reads a gateway file by its absolute path, as the tests are to see it. */
  readGateway(
    path: string,
    options: { readonly variablesFile?: string; readonly timeZone?: string },
  ): Promise<GatewayReading>;
  /** Absolute path of the gateway file whose tests are wanted; left out, those of any. */
  readonly gateway?: string;
}

/** Tests, or what is wrong with them; neither, where they are another gateway's. */
export interface TestReading {
  readonly file?: TestFile;
  readonly problems: readonly Problem[];
}

const FILE_KEYS = ["gateway", "variables", "timeZone", "now", "channel", "ignore", "cases"];

/**
 * Reads the text of a file of tests at an absolute path, with the gateway file it is about: every problem at once, each
 * with its place. `name`: how problems call the file.
 */
export async function readTestFile(
  source: string,
  { path, name = path }: { readonly path: string; readonly name?: string },
  tools: TestTools,
): Promise<TestReading> {
  const problems = new Problems(name);
  const folder = dirname(path);
  const context: FieldContext = { problems, folder, disk: tools.disk, env: () => undefined };
  const root = readYaml(source, problems, { at: WHOLE_TESTS });
  if (!root) return { problems: problems.inFileOrder() };
  if (root.kind !== "map") {
    wrongKind(root, "settings with cases", context);
    return { problems: problems.inFileOrder() };
  }
  const gatewayFile = await gatewayOf(root, folder, tools, context);
  if (gatewayFile !== undefined && tools.gateway !== undefined && gatewayFile !== tools.gateway) {
    return { problems: [] };
  }
  const timeZone = await optional("timeZone", root, context);
  const variables = await optional("variables", root, context);
  const gateway = gatewayFile === undefined ? undefined : await tools.readGateway(gatewayFile, {
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(variables === undefined ? {} : { variablesFile: resolve(folder, variables) }),
  });
  noteUnknownKeys(root, FILE_KEYS, context);
  const nowMs = readNow(valueOf(root, "now"), context);
  if (!gateway?.plan) return { problems: [...problems.inFileOrder(), ...gateway?.problems ?? []] };
  const cases = await readCases(root, path, gateway.plan, context);
  if (problems.count > 0) return { problems: problems.inFileOrder() };
  return {
    file: { gateway: gateway.plan, cases, ...(nowMs === undefined ? {} : { nowMs }) },
    problems: [],
  };
}

/** The gateway file that tests are about: the one they name, or the nearest `gateway.yaml`. */
async function gatewayOf(
  root: MapNode,
  folder: string,
  tools: TestTools,
  { problems, ...context }: FieldContext,
): Promise<string | undefined> {
  const { disk } = tools;
  const isThere = async (path: string) => await disk.facts(path).catch(() => undefined) !== undefined;
  const node = valueOf(root, "gateway");
  if (node) {
    const named = plainText(node, "the path of a gateway file", { problems, ...context } as FieldContext);
    if (named === undefined) return undefined;
    const path = resolve(folder, named);
    if (await isThere(path)) return path;
    return problems.add(node, "CONFIG_PATH_MISSING", { expected: "file", path: shown(path) });
  }
  if (tools.gateway !== undefined) return tools.gateway;
  for (const near of [join(folder, "gateway.yaml"), join(folder, "..", "gateway.yaml")]) {
    if (await isThere(near)) return near;
  }
  const hint = "for example gateway: ./gateway.yaml";
  return problems.add(keySpot(root), "CONFIG_VALUE_MISSING", { key: "gateway" }, hint);
}

async function optional(key: string, owner: MapNode, context: FieldContext): Promise<string | undefined> {
  const node = valueOf(owner, key);
  return node && await parseField(text("Text."), node, context) as string | undefined;
}

function readNow(node: ConfigNode | undefined, context: FieldContext): number | undefined {
  const written = node && plainText(node, NOW, context);
  if (written === undefined) return undefined;
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    written,
  );
  const ms = iso ? Date.parse(written.replace(" ", "T")) : NaN;
  if (!Number.isNaN(ms)) return ms;
  return context.problems.add(node!, "CONFIG_VALUE_INVALID", {
    rule: `must be ${NOW}, not ${shown(written)}`,
  });
}

const NOW = "a time such as 2026-01-31 or 2026-01-31T08:00Z";

async function readCases(
  root: MapNode,
  path: string,
  gateway: GatewayPlan,
  context: FieldContext,
): Promise<readonly TestCase[]> {
  const reader = new TestCaseReader(gateway, context);
  const channel = valueOf(root, "channel") ? reader.channel(root) : usualChannel(gateway, path);
  const shared: SharedSettings = {
    ignore: reader.paths(root),
    ...(channel === undefined ? {} : { channel }),
  };
  const node = valueOf(root, "cases");
  if (node && node.kind !== "list") return wrongKind(node, "a list of cases", context) ?? [];
  if (!node?.items.length) {
    const isMeant = isMisspelt(root, "cases", FILE_KEYS);
    if (!isMeant) context.problems.add(keySpot(node ?? root), "CONFIG_VALUE_MISSING", { key: "cases" });
    return [];
  }
  // Where the file means to name a channel there is no more to say about any case without it.
  const isNamed = valueOf(root, "channel") !== undefined || isMisspelt(root, "channel", FILE_KEYS);
  if (isNamed && channel === undefined) return [];
  const cases: TestCase[] = [];
  for (const item of node.items) {
    const read = await reader.read(item, shared);
    if (read) cases.push(read);
  }
  return cases;
}

/** The channel a file is called after, or the only one. */
function usualChannel({ channels }: GatewayPlan, path: string): string | undefined {
  const named = basename(path).replace(/_test\.ya?ml$/, "");
  const found = channels.find(({ name }) => name === named) ??
    (channels.length === 1 ? channels[0] : undefined);
  return found?.name;
}
