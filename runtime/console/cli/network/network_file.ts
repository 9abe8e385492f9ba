import type { Command } from "commander";
import type { Document, Remark } from "../../../network/document.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { problemLines } from "../gateway_file.ts";
import type { Session } from "../session.ts";

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

/** Reads a network file and makes its documents; tells what is wrong with it. Errors: CONSOLE_FILE_UNREADABLE. */
export async function renderFile(file: string, session: Session): Promise<Rendering> {
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
  return { ...renderNetwork(questionnaire, { wireguard: { partners: {} } }), us: questionnaire.us.name };
}
