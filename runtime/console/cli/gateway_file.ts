import type { Command } from "commander";
import { dirname, join, relative, resolve } from "node:path";
import type { MapNode } from "../../config/config_node.ts";
import type { Problem } from "../../config/problem.ts";
import type { GatewayReading, GatewayTools } from "../../config/read_gateway.ts";
import type { Disk } from "../../contract/world.ts";
import { type FileTexts, notingTexts } from "./deploy/file_texts.ts";
import { type ExitCode, exitCodes } from "./exit_codes.ts";
import type { Session } from "./session.ts";

/** A gateway file as it was read, with the texts it consists of. */
export interface FileReading extends GatewayReading {
  readonly texts: FileTexts;
  /** Every file and folder it was read from, absolute: what may change it. */
  readonly paths: ReadonlySet<string>;
}

/** Which variables a gateway file is read with. */
export interface EnvOptions {
  /** The file of variables; beside the gateway file where left out. */
  readonly env?: string;
}

/** Adds the option that names the file of variables. */
export function addEnvOption(command: Command): Command {
  return command.option(
    "--env <file>",
    "file of variables (default: beside the gateway file, ending in .env)",
  );
}

/** Reads a gateway file: its plan, or all its problems. Problems name the file as the person typed it. */
export async function readGatewayFile(
  typed: string,
  session: Session,
  { env, from = session.outside.world.disk, comingPartners = [] }: EnvOptions & {
    readonly from?: Disk;
    /** Partners that count as there: somebody is about to make them. */
    readonly comingPartners?: GatewayTools["comingPartners"];
  } = {},
): Promise<FileReading> {
  const { readGateway } = await import("../../config/read_gateway.ts");
  const { terminal, outside } = session;
  const path = session.path(typed);
  const variables = env === undefined ? {} : { variablesFile: session.path(env) };
  const { disk, noted } = notingTexts(from, { file: path, ...variables });
  const reading = await readGateway(path, {
    disk,
    catalog: outside.catalog,
    loadActor: outside.loadActor,
    env: terminal.env,
    timeZone: outside.world.clock.timeZone,
    comingPartners,
    ...variables,
  });
  return { ...reading, problems: namedAs(typed, path, reading.problems), ...noted };
}

/** Problems of the file at `path`, and of the channel files beside it, under the name that a person typed. */
export function namedAs(typed: string, path: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => {
    if (problem.file === path) return { ...problem, file: typed };
    const below = relative(dirname(path), problem.file);
    return below.startsWith("..") ? problem : { ...problem, file: join(dirname(typed), below) };
  });
}

/** What a command that cannot use a gateway file exits with. */
export function problemsCode(problems: readonly Problem[]): ExitCode {
  return problems.some(({ code }) => code === "CONFIG_FILE_UNREADABLE") ? exitCodes.cannot : exitCodes.no;
}

/** Problems for people: one a line, as compilers print them, with the hint below. */
export function problemLines(problems: readonly Problem[], { paint }: Session): string {
  return problems.map(({ file, line, column, code, message, hint }) => {
    const place = line > 0 ? `${file}:${line}:${column}` : file;
    const said = `${paint.bold(place)} ${paint.bad(code)} ${message}`;
    return hint === undefined ? said : `${said}\n  hint: ${hint}`;
  }).join("\n");
}

/** What a gateway file says of the places of things. */
export interface GatewayPlaces {
  /** Name of the gateway; `undefined` where the file has none. */
  readonly name?: string;
  /** Data folder, absolute. */
  readonly data: string;
  /** File of the master key, absolute. */
  readonly masterKey: string;
  /** File of the gateway's own keys, absolute; `undefined` where the file names none. */
  readonly keys?: string;
  /** Partners' key files, absolute. */
  readonly partners: readonly string[];
  /** Folder of partners, absolute; `undefined` where the file names none. */
  readonly partnersFolder?: string;
}

/**
 * Reads only where things lie, so that it works while the rest of the file has problems: a secret that this person
 * may not read, keys that are not made yet. Errors: CONSOLE_FILE_UNREADABLE.
 */
export async function readGatewayPlaces(typed: string, session: Session): Promise<GatewayPlaces> {
  const [{ readYaml }, { readVariables }, { Problems }, { valueOf }, { DEFAULTS }] = await Promise.all([
    import("../../config/read_yaml.ts"),
    import("../../config/read_variables.ts"),
    import("../../config/problem.ts"),
    import("../../config/config_node.ts"),
    import("../../config/gateway_defaults.ts"),
  ]);
  const problems = new Problems(typed);
  const { disk } = session.outside.world;
  const variables = await readVariables(session.path(typed), undefined, disk, problems);
  const text = new TextDecoder().decode(await session.read(typed));
  const tree = readYaml(text, problems, variables ? { variables } : {});
  const root: Pick<MapNode, "kind" | "entries"> = tree?.kind === "map" ? tree : { kind: "map", entries: [] };
  const textAt = (key: string) => {
    const node = valueOf(root as MapNode, key);
    return node?.kind === "scalar" && node.text !== "" ? node.text : undefined;
  };
  const folder = dirname(session.path(typed));
  const keys = textAt("keys");
  const partners = valueOf(root as MapNode, "partners");
  return {
    name: textAt("gateway"),
    data: resolve(folder, textAt("data") ?? DEFAULTS.data),
    masterKey: resolve(folder, textAt("masterKey") ?? DEFAULTS.masterKey),
    keys: keys === undefined ? undefined : resolve(folder, keys),
    partners: partners?.kind === "map"
      ? partners.entries.flatMap(({ value }) => {
        const file = value.kind === "map" ? valueOf(value, "keys") : value;
        return file?.kind === "scalar" ? [resolve(folder, file.text)] : [];
      })
      : [],
    ...(partners?.kind === "scalar" && partners.text !== ""
      ? { partnersFolder: resolve(folder, partners.text) }
      : {}),
  };
}
