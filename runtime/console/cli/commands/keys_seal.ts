import { exitCodes } from "../exit_codes.ts";
import { addOwnKeysOptions, type OwnKeysOptions, readSealedKeys, writeOwnKeys } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";

interface SealOptions extends OwnKeysOptions {
  readonly json?: boolean;
}

/** `mitral keys seal` */
export const addKeysSeal: AddCommand = (parent, session) => {
  addOwnKeysOptions(parent.command("seal"))
    .description(
      "seal a private file that has its keys in clear under the master key, add the keys it lacks since it is from " +
        "an earlier version, and write the public file anew",
    )
    .option("--json", "print files and serial as JSON")
    .addHelpText("after", examples("mitral keys seal", "mitral keys seal --file site/gateway.yaml"))
    .action(session.act(async (options: SealOptions) => {
      const own = await readSealedKeys(options, session);
      const publicPath = await writeOwnKeys(own, session);
      const { gateway, serial, master } = own.keys;
      if (options.json) {
        session.printJson({ gateway, serial, master, private: own.privatePath, public: publicPath });
      } else {
        session.print(`${session.paint.bold(gateway)} keys are sealed under the master key ${master}`);
        session.print(
          `public   ${publicPath}  with the same keys, and those that were added; partners may have it at any time`,
        );
      }
      return exitCodes.ok;
    }));
};
