import { dirname, isAbsolute } from "node:path";
import type { Catalog } from "../contract/catalog.ts";
import type { Disk } from "../contract/world.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import type { FormatSpec } from "../contract/format.ts";
import type { Configured, GatewayPlan } from "../engine/plan.ts";
import type { ReadContext } from "./_read_context.ts";
import { checkChannel } from "./check_channel.ts";
import { checkGateway } from "./check_gateway.ts";
import { type ConfigNode, nearestNode, WHOLE } from "./config_node.ts";
import { GATEWAY, type GatewayFile } from "./gateway_shape.ts";
import { DEFAULTS } from "./gateway_defaults.ts";
import { wayToOf } from "./links.ts";
import { planGateway } from "./plan_gateway.ts";
import { type Problem, Problems } from "./problem.ts";
import { withChannelFiles } from "./read_channel_files.ts";
import { configure, readComponent } from "./read_component.ts";
import { readObject } from "./read_object.ts";
import { checkPartnerName, partnerNames, readSection } from "./read_section.ts";
import { readYaml } from "./read_yaml.ts";
import { reasonOf } from "./parse_secret.ts";
import { readVariables } from "./read_variables.ts";
import { hashOf, type Settings, settingsOf } from "./settings.ts";

/**
 * Where a gateway is described: the absolute path of a YAML file; the text of one, with the absolute path it has or
 * would have; or, for an embedding service, plain settings of the same shape with the absolute folder that paths in
 * them are relative to.
 */
export type GatewaySource =
  | string
  | { readonly text: string; readonly file: string }
  | { readonly settings: unknown; readonly folder: string };

/** What a gateway file is read with. */
export interface GatewayTools {
  readonly disk: Disk;
  readonly catalog: Catalog;
  /** Imports a module by its absolute path; its default export is the custom actor. */
  loadActor(path: string): Promise<unknown>;
  /** An environment variable, for secrets. */
  env(name: string): string | undefined;
  /** Absolute path of the file of variables; beside the gateway file where left out. */
  readonly variablesFile?: string;
  /** Partners that count as there beside those that are, or any: somebody is about to make them. */
  readonly comingPartners?: readonly string[] | "any";
  /** Zone of channels that name none: this machine's. */
  readonly timeZone: string;
}

/** A plan, or what stands in its way: there is a plan exactly where there are no problems. */
export interface GatewayReading {
  readonly plan?: GatewayPlan;
  /** In file order. */
  readonly problems: readonly Problem[];
  /** What the file says, to be compared with what another one says; there where the plan is. */
  readonly settings?: Settings;
}

/**
 * Reads a gateway file: every problem at once, each with its place. Never rejects for what a file holds, and shows no
 * secret in any problem. Secrets are resolved, custom actors loaded and transforms prepared on the way, so that a file
 * without problems is one that starts.
 */
export async function readGateway(source: GatewaySource, tools: GatewayTools): Promise<GatewayReading> {
  const { disk, catalog } = tools;
  const file = typeof source === "string" ? source : "file" in source ? source.file : "settings";
  const folder = typeof source === "object" && "folder" in source ? source.folder : dirname(file);
  if (!isAbsolute(folder)) throw new TypeError("readGateway needs an absolute path");

  const problems = new Problems(file);
  const root = await readTree(source, folder, tools, problems);
  if (!root) return { problems: problems.inFileOrder() };

  const { partners: listed = [], ...found } = await partnerNames(root, { folder, disk });
  const { comingPartners = [] } = tools;
  const partners = comingPartners === "any" ? undefined : new Set([...listed, ...comingPartners]);
  const context: ReadContext = {
    problems,
    folder,
    disk,
    catalog,
    ...found,
    ...(partners ? { partners } : {}),
    stepNodes: new Map(),
    usedPaths: new Map(),
    files: new Map(),
    env: (name) => tools.env(name),
    loadActor: (path) => tools.loadActor(path),
  };
  for (const name of found.partnersMayCome ? [] : partners ?? []) {
    checkPartnerName(name, nearestNode(root, "partners", name), context);
  }
  const read = await readSection(GATEWAY, root, context);
  const { timeZone } = tools;
  const formats = await loadFormats(context);
  if (read) {
    checkGateway(read, root, problems);
    for (const { name = "", value } of read.channels ?? []) {
      if (value) {
        await checkChannel(value, nearestNode(root, "channels", name), timeZone, { ...context, formats });
      }
    }
  }
  if (problems.count > 0) return { problems: problems.inFileOrder() };
  // Without a problem nothing was left out.
  const plan = planGateway(read as GatewayFile, {
    folder,
    formats,
    timeZone,
    ...(read?.exchange ? { envelope: await loadEnvelope(context) } : {}),
    wayToOf: (own) => wayToOf({ folder, disk, catalog, ...own }),
  });
  const settings = new Map([...settingsOf(root), ...context.files]);
  const channels = plan.channels.map((channel) => ({ ...channel, hash: hashOf(settings, channel.name) }));
  return { plan: { ...plan, channels, hash: hashOf(settings) }, problems: [], settings };
}

/** The gateway file as a tree, with the channels of the files beside it. */
async function readTree(
  source: GatewaySource,
  folder: string,
  { disk, variablesFile }: GatewayTools,
  problems: Problems,
): Promise<ConfigNode | undefined> {
  if (typeof source === "object" && "settings" in source) return readObject(source.settings, problems);
  const file = typeof source === "object" ? source.file : source;
  const variables = await readVariables(file, variablesFile, disk, problems);
  let text: string;
  try {
    text = typeof source === "object" ? source.text : await disk.readText(source);
  } catch (cause) {
    const spot = { path: WHOLE, place: { line: 1, column: 1 } };
    return problems.add(spot, "CONFIG_FILE_UNREADABLE", { reason: reasonOf(cause, file) });
  }
  const root = readYaml(text, problems, variables ? { variables } : {});
  return root && await withChannelFiles(root, folder, variables, disk, problems);
}

/** What messages are sealed by where nothing else is said. */
async function loadEnvelope(context: ReadContext): Promise<Configured<EnvelopeSpec>> {
  return (await readComponent("envelopes", readObject(DEFAULTS.envelope, context.problems), context))!;
}

/** Every format with its default settings. */
async function loadFormats(context: ReadContext): Promise<GatewayPlan["formats"]> {
  const nowhere = { kind: "empty", bare: false, path: WHOLE, place: NOWHERE, keyPlace: NOWHERE } as const;
  const formats: Record<string, Configured<FormatSpec>> = {};
  for (const name of Object.keys(context.catalog.formats)) {
    // One that does not load is a problem where it is used.
    const spec = await context.catalog.formats[name]().catch(() => undefined);
    if (spec) formats[name] = await configure(spec, nowhere, context);
  }
  return formats;
}

const NOWHERE = { line: 0, column: 0 };
