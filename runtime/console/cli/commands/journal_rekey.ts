import { dirname, relative } from "node:path";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { foundMasterKey } from "../master_key.ts";
import { resealOwnKeys } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";

interface RekeyOptions {
  readonly to: string;
  readonly json?: boolean;
}

/** `mitral journal rekey` */
export const addJournalRekey: AddCommand = (parent, session) => {
  parent.command("rekey <file>")
    .description("seal the journal and the own keys of a gateway that is stopped under another master key")
    .requiredOption("--to <file>", "the new key, made by: mitral keys master FILE")
    .option("--json", "print both ids and the number of data keys as JSON")
    .addHelpText("after", examples("mitral journal rekey gateway.yaml --to next.key"))
    .action(session.act(async (file: string, { to: typed, json }: RekeyOptions) => {
      const [{ readMasterKey }, { changeMasterKey }] = await Promise.all([
        import("../../../trust/master_key.ts"),
        import("../../../journal/store.ts"),
      ]);
      const { world } = session.outside;
      const { data, masterKey, keys } = await readGatewayPlaces(file, session);
      const to = await readMasterKey(world.disk, session.path(typed));
      const { key: from, source } = await foundMasterKey(masterKey, session);
      const { dataKeys, damaged } = await changeMasterKey(world, data, { from, to });
      const own = keys === undefined ? undefined : await resealOwnKeys(keys, { from, to }, session);
      if (json) {
        session.printJson({ from: from.id, to: to.id, dataKeys, damaged, ...(own ? { keys: own } : {}) });
      } else {
        session.print(
          `${session.paint.bold(to.id)} seals the journal: ${plural(dataKeys, "data key")} wrapped anew`,
        );
        if (damaged > 0) {
          session.print(session.paint.warn(`${plural(damaged, "data key")} damaged, as before`));
        }
        if (own) session.print(`and the gateway's own keys, in ${own}`);
        const next = source === masterKey
          ? `masterKey: ./${relative(dirname(session.path(file)), session.path(typed))} in ${file}`
          : `put it in the place of the one in ${source}`;
        session.print(
          `next: ${next}, and keep a copy elsewhere. Destroy the old key when no backup needs it.`,
        );
      }
      return exitCodes.ok;
    }));
};
