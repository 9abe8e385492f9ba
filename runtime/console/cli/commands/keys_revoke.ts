import { exitCodes } from "../exit_codes.ts";
import { addOwnKeysOptions, type OwnKeysOptions, readSealedKeys, writeOwnKeys } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";

interface RevokeOptions extends OwnKeysOptions {
  readonly reason: string;
  readonly json?: boolean;
}

/** `mitral keys revoke` */
export const addKeysRevoke: AddCommand = (parent, session) => {
  addOwnKeysOptions(parent.command("revoke <kid>"))
    .description(
      "take a key out for good, and tell partners to refuse it; not the root key, nor the last that signs or opens",
    )
    .requiredOption("--reason <text>", "why; it stays in the private file")
    .option("--json", "print the key, files and serial as JSON")
    .addHelpText(
      "after",
      examples('mitral keys revoke 9d1f03b26c51e8aa --reason "the disk of the old box was lost"'),
    )
    .action(session.act(async (keyId: string, { reason, ...options }: RevokeOptions) => {
      const { replaceableKindOf, replaceKey, revokeKey } = await import("../../../trust/key_changes.ts");
      const own = await readSealedKeys(options, session);
      const nowMs = session.outside.world.clock.nowMs();
      const kind = replaceableKindOf(own.keys, keyId);
      const keys = kind
        ? await replaceKey(own.keys, own.masterKey, { kind, nowMs, reason })
        : revokeKey(own.keys, { keyId, reason, nowMs });
      const publicPath = await writeOwnKeys({ ...own, keys }, session);
      if (options.json) {
        session.printJson({
          revoked: keyId,
          ...(kind ? { kid: keys[kind]?.keyId } : {}),
          serial: keys.serial,
          private: own.privatePath,
          public: publicPath,
        });
      } else {
        session.print(`${session.paint.bold(keyId)} is revoked`);
        if (kind) session.print(`${kind.padEnd(9)}${keys[kind]?.keyId}  is in its place from now on`);
        session.print(
          `public   ${publicPath}  partners go by the old one until they have it: hand it out now`,
        );
      }
      return exitCodes.ok;
    }));
};
