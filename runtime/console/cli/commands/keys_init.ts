import { dirname, join, relative } from "node:path";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface InitOptions {
  readonly file?: string;
  readonly name?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `mitral keys init` */
export const addKeysInit: AddCommand = (parent, session) => {
  parent.command("init")
    .description("make the gateway's keys: a private file to guard, and a public one to hand to partners")
    .option("--file <file>", "gateway file that names the gateway and, with keys:, the private file")
    .option("--name <name>", "name of the gateway, instead of --file")
    .option("--out <dir>", "folder for both files (default: keys, beside the gateway file)")
    .option("--json", "print names and fingerprint as JSON")
    .addHelpText(
      "after",
      examples("mitral keys init --file gateway.yaml", "mitral keys init --name st-elsewhere --out keys"),
    )
    .action(session.act(async (options: InitOptions) => {
      const [{ createIdentity }, { fingerprintOf, writePartnerFile }] = await Promise.all([
        import("../../../trust/identity.ts"),
        import("../../../trust/partner_file.ts"),
      ]);
      const { name, privatePath, publicPath } = await placesOf(options, session);
      const { nowMs } = session.outside.world.clock;
      const { identity, privateFile } = await createIdentity({ gateway: name, nowMs: nowMs() });
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
          `private  ${privatePath}  guard it: it is the only copy, and whoever has it is this gateway`,
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
  return { name: gateway, privatePath, publicPath: join(dirname(privatePath), `${gateway}.partner.json`) };
}
