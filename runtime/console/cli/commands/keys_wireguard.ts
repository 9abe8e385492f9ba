import { exitCodes } from "../exit_codes.ts";
import { addOwnKeysOptions, type OwnKeysOptions, readOwnKeys, writeOver } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";

interface WireGuardOptions extends OwnKeysOptions {
  readonly out: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** `mitral keys wireguard` */
export const addKeysWireGuard: AddCommand = (parent, session) => {
  addOwnKeysOptions(parent.command("wireguard"))
    .description(
      "write the private key of the gateway's WireGuard tunnel, in clear, to a file that wg-quick reads it from",
    )
    .requiredOption("--out <file>", "the file; for its owner alone, who should be root")
    .option("--replace", "write over a file that is there: after `keys rotate wireguard`")
    .option("--json", "print file, key id and public key as JSON")
    .addHelpText("after", examples("mitral keys wireguard --out /etc/wireguard/mitral.key"))
    .action(session.act(async ({ out, replace, json, ...options }: WireGuardOptions) => {
      const { openWireGuardSecret } = await import("../../../trust/wireguard_secret.ts");
      const { keys, privatePath, masterKey } = await readOwnKeys(options, session);
      const { key, keyFile } = await openWireGuardSecret(keys, privatePath, masterKey);
      if (replace) await writeOver(out, keyFile, 0o600, session);
      else await session.writeNew(out, keyFile, 0o600);
      const publicKey = key.publicBytes.toBase64();
      if (json) session.printJson({ out, kid: key.keyId, public: publicKey });
      else {
        session.print(`${session.paint.bold(keys.gateway)} WireGuard key ${key.keyId}`);
        session.print(`public   ${publicKey}`);
        session.print(
          `private  ${out}  ${session.paint.warn("in clear")}: whoever can read it is this end of the tunnel`,
        );
      }
      return exitCodes.ok;
    }));
};
