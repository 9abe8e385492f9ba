import type { Restored } from "../../../journal/upkeep/restore.ts";
import { Doing } from "../doing.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { foundMasterKey } from "../master_key.ts";
import { personOf } from "../ask.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface RestoreOptions extends ReasonOption {
  readonly replace?: boolean;
  readonly damaged?: boolean;
  readonly json?: boolean;
}

/** `mitral journal restore` */
export const addJournalRestore: AddCommand = (parent, session) => {
  addReason(
    parent.command("restore <backup> <file>")
      .description("put a backup in the place of the journal of a gateway that is stopped")
      .option("--replace", "move the journal that is there aside, within the data folder")
      .option("--damaged", "put back what is not damaged of a backup that is, and the rest as it is")
      .option("--json", "print what was done as JSON"),
    "wanted",
  )
    .addHelpText("after", examples("mitral journal restore /mnt/backup/2026-01-31 gateway.yaml"))
    .action(session.act(async (backup: string, file: string, options: RestoreOptions) => {
      const { restoreJournal } = await import("../../../journal/upkeep/upkeep.ts");
      const { data: folder, masterKey: keyFile } = await readGatewayPlaces(file, session);
      const { key: masterKey } = await foundMasterKey(keyFile, session);
      const { replace = false, damaged = false, json, reason } = options;
      using interrupts = listenForInterrupts(session.terminal);
      const by = { person: personOf(session), ...(reason === undefined ? {} : { reason }) };
      const restored = await put();
      if (!restored) return exitCodes.interrupted;
      if (json) session.printJson(restored);
      else session.print(told(restored));
      return exitCodes.ok;

      async function put(): Promise<Restored | undefined> {
        using doing = new Doing(session.terminal);
        try {
          return await restoreJournal(
            session.outside.world,
            { backup: session.path(backup), folder, masterKey, replace, damaged, by },
            { tell: doing.tell, signal: interrupts.signal },
          );
        } catch (cause) {
          if (interrupts.signal.aborted) return undefined;
          throw cause;
        }
      }

      function told({ manifest: { messages, takenAt }, epoch, before }: Restored): string {
        const aside = before === undefined ? "" : `the journal before lies in ${before}\n`;
        return `${session.paint.bold(file)} has its journal as of ${takenAt}: ` +
          `${plural(messages, "message")}, epoch ${epoch}\n${aside}` +
          `next: mitral run ${file}. It takes messages, and sends nothing until you say so.\n` +
          "Compare with your partners what came and went after that time, cancel what must not go out, " +
          "and then: mitral journal release --reason TEXT";
      }
    }));
};
