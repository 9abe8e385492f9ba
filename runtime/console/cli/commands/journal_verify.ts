import type { MasterKey } from "../../../trust/master_key.ts";
import type { Verified } from "../../../journal/upkeep/verify.ts";
import { Doing } from "../doing.ts";
import { exitCodes } from "../exit_codes.ts";
import { countText, plural } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { noteTrouble, seekMasterKey } from "../master_key.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { errors } from "../errors.ts";
import { table } from "../table.ts";

interface VerifyOptions {
  readonly backup?: string;
  readonly json?: boolean;
}

/** `mitral journal verify` */
export const addJournalVerify: AddCommand = (parent, session) => {
  parent.command("verify [file]")
    .description("look whether everything in a journal, or in a backup, is as it was written")
    .option("--backup <folder>", "a backup; the gateway file is for its master key alone")
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      examples(
        "mitral journal verify gateway.yaml",
        "mitral journal verify gateway.yaml --backup /mnt/backup/2026-01-31",
      ),
    )
    .action(session.act(async (file: string | undefined, { backup, json }: VerifyOptions) => {
      if (file === undefined && backup === undefined) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a gateway file, or a backup with --backup" });
      }
      const { verify, verifyCopy } = await import("../../../journal/upkeep/upkeep.ts");
      const places = file === undefined ? undefined : await readGatewayPlaces(file, session);
      const masterKey = places && await keyIn(places.masterKey, session);
      using interrupts = listenForInterrupts(session.terminal);
      const verified = await look();
      if (!verified) return exitCodes.interrupted;
      if (json) session.printJson(verified);
      else session.print(told(verified, session));
      return verified.findings.count > 0 ? exitCodes.no : exitCodes.ok;

      async function look(): Promise<Verified | undefined> {
        using doing = new Doing(session.terminal);
        const { world } = session.outside;
        const how = { tell: doing.tell, signal: interrupts.signal };
        const key = masterKey && { masterKey };
        try {
          if (backup !== undefined) {
            return await verifyCopy(world, { backup: session.path(backup), ...key }, how);
          }
          return await verify(world, { folder: places!.data, ...key }, how);
        } catch (cause) {
          if (interrupts.signal.aborted) return undefined;
          throw cause;
        }
      }
    }));
};

async function keyIn(file: string, session: Session): Promise<MasterKey | undefined> {
  const { found, trouble } = await seekMasterKey(file, session);
  if (trouble) noteTrouble(trouble, session);
  return found?.key;
}

function told(
  { findings, messages, deliveries, bodies, files, opened, masterKey }: Verified,
  session: Session,
) {
  const { paint } = session;
  const rows = findings.list.map(({ code, subject }) => [code, subject]);
  const list = rows.length > 0 ? table(["finding", "what"], rows, paint) : "";
  const more = findings.count > rows.length ? `and ${countText(findings.count - rows.length)} more\n` : "";
  const counted = `messages ${countText(messages)}, deliveries ${countText(deliveries)}, ` +
    `bodies ${countText(bodies)}, of them in files ${countText(files)}`;
  const closed = opened ? "" : `\nwithout the master key ${masterKey}, what is sealed was not opened`;
  const end = findings.count === 0
    ? paint.good("nothing is wrong")
    : paint.bad(plural(findings.count, "finding"));
  return `${list}${more}${counted}: ${end}${closed}`;
}
