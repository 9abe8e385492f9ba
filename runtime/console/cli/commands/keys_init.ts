import { dirname, join, relative } from "node:path";
import { personOf } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { addMasterOption, masterKeyFor, masterPathBy, publicPathBy } from "../own_keys.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { wordReader } from "../values.ts";

interface InitOptions {
  readonly file?: string;
  readonly name?: string;
  readonly out?: string;
  readonly master?: string;
  readonly profile: "default" | "nist";
  readonly jose?: boolean;
  readonly json?: boolean;
}

/** `mitral keys init` */
export const addKeysInit: AddCommand = (parent, session) => {
  addMasterOption(parent.command("init"))
    .description(
      "make the gateway's keys: a private file, sealed under its master key, and a public one for partners",
    )
    .option("--file <file>", "gateway file that names the gateway and, with keys:, the private file")
    .option("--name <name>", "name of the gateway, instead of --file")
    .option("--out <dir>", "folder for both files (default: keys, beside the gateway file)")
    .option(
      "--profile <profile>",
      "default: Ed25519 and X-Wing; nist: ES256 and ML-KEM-768 with P-256",
      wordReader("--profile", ["default", "nist"]),
      "default" as const,
    )
    .option("--jose", "with a key for JWE, too, for partners whose stack has no HPKE")
    .option("--json", "print names and fingerprint as JSON")
    .addHelpText(
      "after",
      "\nThe master key must be there: mitral keys master FILE makes one.\n" +
        examples("mitral keys init --file gateway.yaml", "mitral keys init --name st-elsewhere --out keys"),
    )
    .action(session.act(async (options: InitOptions) => {
      const [{ createIdentity }, { fingerprintOf, writePartnerFile }] = await Promise.all([
        import("../../../trust/identity.ts"),
        import("../../../trust/partner_file.ts"),
      ]);
      const { name, privatePath, publicPath, masterPath } = await placesOf(options, session);
      const masterKey = await masterKeyFor(options.master, masterPath, session);
      const nowMs = session.outside.world.clock.nowMs();
      const { profile, jose = false } = options;
      const { identity, privateFile } = await createIdentity({
        gateway: name,
        nowMs,
        masterKey,
        profile,
        jose,
        changedBy: personOf(session),
      });
      // Both names are looked at before either is written, so that no half of a pair is left lying about.
      await session.mustBeFree(publicPath);
      await session.makeFolder(dirname(privatePath), 0o700);
      await session.writeNew(privatePath, privateFile, 0o600);
      await session.writeNew(publicPath, await writePartnerFile(identity));
      const fingerprint = await fingerprintOf(identity);
      if (options.json) {
        session.printJson({ gateway: name, fingerprint, private: privatePath, public: publicPath });
      } else {
        session.print(`${session.paint.bold(name)} ${fingerprint}`);
        session.print(
          `private  ${privatePath}  the only copy, sealed under the master key: with both anybody is this gateway`,
        );
        session.print(
          `public   ${publicPath}  hand it to partners, and read them the fingerprint by telephone`,
        );
      }
      return exitCodes.ok;
    }));
};

async function placesOf({ file, name, out }: InitOptions, session: Session) {
  const said = file === undefined ? undefined : await readGatewayPlaces(file, session);
  const gateway = name ?? said?.name;
  if (gateway === undefined) {
    const reason = file === undefined
      ? "--file or --name says whose keys to make"
      : `${file} names no gateway`;
    return errors.fail("CONSOLE_USAGE_WRONG", { reason });
  }
  const folder = out ?? join(file === undefined ? "." : dirname(file), "keys");
  const named = out === undefined && said?.keys !== undefined
    ? relative(session.terminal.cwd, said.keys)
    : undefined;
  const privatePath = named ?? join(folder, "gateway.json");
  return {
    name: gateway,
    privatePath,
    publicPath: publicPathBy(privatePath, gateway),
    masterPath: said?.masterKey ?? masterPathBy(privatePath, session),
  };
}
