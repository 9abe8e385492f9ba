import { exitCodes } from "../exit_codes.ts";
import { makeRecoveryFile } from "../recovery.ts";
import { addMasterOption, masterKeyFor } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";
import { readGatewayPlaces } from "../gateway_file.ts";

interface ExportOptions {
  readonly file: string;
  readonly master?: string;
  readonly to: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

/** `mitral keys export` */
export const addKeysExport: AddCommand = (parent, session) => {
  addMasterOption(parent.command("export"))
    .description(
      "write the master key and the gateway's own keys to a file that an offline age key alone can open",
    )
    .requiredOption("--to <recipients...>", "public age key, age1…; several may open it")
    .requiredOption("--out <file>", "the file; it may lie with the backups")
    .option("--file <file>", "gateway file", "gateway.yaml")
    .option("--json", "print file and ids as JSON")
    .addHelpText(
      "after",
      "\nExport again after `keys init`, `keys rotate`, `keys revoke` and `journal rekey`.\n" +
        examples("mitral keys export --to age1… --out recovery.age"),
    )
    .action(session.act(async ({ file, master, to, out, json }: ExportOptions) => {
      const places = await readGatewayPlaces(file, session);
      const masterKey = await masterKeyFor(master, places.masterKey, session);
      const { disk, clock } = session.outside.world;
      const hasKeys = places.keys !== undefined && await disk.facts(places.keys) !== undefined;
      const privateFile = hasKeys ? await session.read(places.keys!) : undefined;
      const bytes = await makeRecoveryFile({ masterKey, privateFile, to, nowMs: clock.nowMs() });
      await session.writeNew(out, bytes, 0o600);
      if (json) session.printJson({ out, master: masterKey.id, keys: hasKeys, to });
      else {
        const what = hasKeys ? "the master key and the gateway's own keys" : "the master key";
        session.print(`${session.paint.bold(out)} holds ${what}, for the holder of the age key alone`);
      }
      return exitCodes.ok;
    }));
};
