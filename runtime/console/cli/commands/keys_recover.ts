import { relative } from "node:path";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { openRecoveryFile } from "../recovery.ts";
import { type AddCommand, examples } from "../session.ts";

interface RecoverOptions {
  readonly file: string;
  readonly identity: string;
  readonly json?: boolean;
}

/** `mitral keys recover` */
export const addKeysRecover: AddCommand = (parent, session) => {
  parent.command("recover <recovery>")
    .description("bring back the master key and the gateway's own keys from a file of `keys export`")
    .requiredOption("--identity <file>", "the age key, as age-keygen wrote it")
    .option("--file <file>", "gateway file: where the keys are to lie", "gateway.yaml")
    .option("--json", "print files and ids as JSON")
    .addHelpText(
      "after",
      "\nNothing is overwritten: a key file that is there stays, and other keys there are an error.\n" +
        examples("mitral keys recover recovery.age --identity offline-key.txt"),
    )
    .action(session.act(async (recovery: string, { file, identity, json }: RecoverOptions) => {
      const places = await readGatewayPlaces(file, session);
      const { masterKeyFile, masterKey, privateFile } = await openRecoveryFile(
        { path: recovery, identity },
        session,
      );
      const puts: [string, Uint8Array<ArrayBuffer>][] = [[places.masterKey, masterKeyFile]];
      if (privateFile && places.keys !== undefined) puts.push([places.keys, privateFile]);
      const missing: [string, Uint8Array<ArrayBuffer>][] = [], kept: string[] = [];
      for (const [place, bytes] of puts) {
        const path = relative(session.terminal.cwd, place);
        if (await session.outside.world.disk.facts(place) === undefined) missing.push([path, bytes]);
        else if ((await session.read(path)).toHex() !== bytes.toHex()) {
          errors.fail("CONSOLE_RECOVERY_KEPT", { path });
        } else kept.push(path);
      }
      for (const [path, bytes] of missing) await session.writeNew(path, bytes, 0o600);
      const written = missing.map(([path]) => path);
      if (json) session.printJson({ master: masterKey.id, written, kept });
      else {
        session.print(`master key ${session.paint.bold(masterKey.id)}`);
        for (const path of written) session.print(`wrote ${path}`);
        for (const path of kept) session.print(`kept  ${path}, which was there and is the same`);
      }
      return exitCodes.ok;
    }));
};
