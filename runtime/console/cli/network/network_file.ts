import type { Command } from "commander";
import { dirname, join } from "node:path";
import type { Document, Remark } from "../../../network/document.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { problemLines } from "../gateway_file.ts";
import type { Session } from "../session.ts";
import { wireGuardKeys } from "./wireguard_keys.ts";

/** What a network file is called where nobody says. */
export const NETWORK_FILE = "network.yaml";
/** The folder its documents are written to where nobody says. */
export const NETWORK_FOLDER = "network";

/** Documents of a network file and what is to be settled, or the exit code of what is wrong with it. */
export type Rendering =
  | { readonly documents: readonly Document[]; readonly remarks: readonly Remark[]; readonly us: string }
  | ExitCode;

/** Adds the argument that names the network file. */
export function addFileArgument(command: Command): Command {
  return command.argument("[file]", `network file (default: ${NETWORK_FILE})`);
}

/** Which gateway a network file is about. */
export interface RenderingOptions {
  /** The gateway file, as the person typed it. */
  readonly file?: string;
}

/** Adds what {@linkcode RenderingOptions} are read from. */
export function addRenderingOptions(command: Command): Command {
  return command.option(
    "--file <file>",
    "gateway file whose keys WireGuard takes (default: gateway.yaml beside the network file, where there is one)",
  );
}

/** Reads a network file and makes its documents; tells what is wrong with it. Errors: CONSOLE_FILE_UNREADABLE. */
export async function renderFile(
  file: string,
  options: RenderingOptions,
  session: Session,
): Promise<Rendering> {
  const [{ readQuestionnaire }, { renderNetwork }] = await Promise.all([
    import("../../../network/read_questionnaire.ts"),
    import("../../../network/render.ts"),
  ]);
  const text = new TextDecoder().decode(await session.read(file));
  const { questionnaire, problems } = await readQuestionnaire(text, {
    file,
    disk: session.outside.world.disk,
  });
  if (!questionnaire) {
    session.note(problemLines(problems, session));
    return exitCodes.no;
  }
  const needsKeys = Object.values(questionnaire.partners).some(({ transport }) => transport === "wireguard");
  const beside = join(dirname(file), "gateway.yaml");
  const isBeside = needsKeys && await session.outside.world.disk.facts(session.path(beside)) !== undefined;
  const gateway = options.file ?? (isBeside ? beside : undefined);
  const wireguard = needsKeys && gateway !== undefined
    ? await wireGuardKeys(gateway, session)
    : { partners: {} };
  if (typeof wireguard === "number") return wireguard;
  return { ...renderNetwork(questionnaire, { wireguard }), us: questionnaire.us.name };
}
