import type { BackupManifest } from "../../../journal/upkeep/backup_manifest.ts";
import type { Watched } from "../../../journal/upkeep/upkeep.ts";
import { type ControlClient, rebuilt } from "../../control/client.ts";
import { errors as controlErrors } from "../../control/errors.ts";
import { gatewayOn } from "../ask.ts";
import { Doing } from "../doing.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, countText, plural } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type AddCommand, examples } from "../session.ts";

interface BackupOptions {
  readonly to: string;
  readonly json?: boolean;
}

/** `mitral journal backup` */
export const addJournalBackup: AddCommand = (parent, session) => {
  parent.command("backup <file>")
    .description("copy a gateway's journal as it is now, while it runs or not; never its master key")
    .requiredOption("--to <folder>", "a folder that is empty or not there yet, outside the data folder")
    .option("--json", "print the manifest as JSON")
    .addHelpText("after", examples("mitral journal backup gateway.yaml --to /mnt/backup/2026-01-31"))
    .action(session.act(async (file: string, { to: typed, json }: BackupOptions) => {
      const { data: folder, name } = await readGatewayPlaces(file, session);
      const to = session.path(typed);
      using interrupts = listenForInterrupts(session.terminal);
      const manifest = await made();
      if (!manifest) return exitCodes.interrupted;
      if (json) session.printJson(manifest);
      else session.print(told(manifest));
      return manifest.bodies.damaged > 0 ? exitCodes.no : exitCodes.ok;

      async function made(): Promise<BackupManifest | undefined> {
        using doing = new Doing(session.terminal);
        const how = { tell: doing.tell, signal: interrupts.signal };
        try {
          using client = await gatewayOn(folder, session);
          if (client) return await askFor(client, to, how);
          const { backUpJournal } = await import("../../../journal/upkeep/upkeep.ts");
          const gateway = name ?? "gateway";
          return await backUpJournal(session.outside.world, { folder, to, gateway, idle: true }, how);
        } catch (cause) {
          if (interrupts.signal.aborted) return undefined;
          throw cause;
        }
      }

      function told({ messages, masterKey, bodies, database, takenAt }: BackupManifest): string {
        const size = bytesText(database.bytes + bodies.bytes);
        const damaged = bodies.damaged > 0
          ? session.paint.bad(
            `bodies damaged, here as in the journal: ${
              countText(bodies.damaged)
            }; mitral journal verify ${file} says which`,
          ) + "\n"
          : "";
        return `${session.paint.bold(typed)} has ${
          plural(messages, "message")
        }, ${size}, as of ${takenAt}\n` +
          `${damaged}it needs the master key ${masterKey}, which is not in it`;
      }
    }));
};

/** The gateway does it; it stops where this command leaves. */
async function askFor(
  client: ControlClient,
  to: string,
  { tell, signal }: Required<Watched>,
): Promise<BackupManifest | undefined> {
  for await (const line of client.follow("journal.backup", { to }, { signal, begun: () => {} })) {
    if ("progress" in line) tell(line.progress);
    if ("failed" in line) throw rebuilt(line.failed);
    if ("manifest" in line) return line.manifest;
  }
  return signal.aborted ? undefined : controlErrors.fail("CONTROL_CONNECTION_LOST");
}
