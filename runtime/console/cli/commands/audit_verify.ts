import type { LedgerKeys, LedgerVerified } from "../../../journal/upkeep/verify_ledger.ts";
import { verifiedText } from "../audit/verified_text.ts";
import { Doing } from "../doing.ts";
import { exitCodes } from "../exit_codes.ts";
import { type GatewayPlaces, readGatewayPlaces } from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { noteTrouble, seekMasterKey } from "../master_key.ts";
import { type AddCommand, examples } from "../session.ts";

interface VerifyOptions {
  readonly data?: string;
  readonly file?: string;
  readonly json?: boolean;
}

/** `mitral audit verify` */
export const addAuditVerify: AddCommand = (parent, session) => {
  parent.command("verify [backup]")
    .description("look whether the ledger is what was signed and witnessed, and tells of every message")
    .option("--data <dir>", "data folder, of a gateway that runs or not (default: ./data)")
    .option(
      "--file <file>",
      "gateway file: names the data folder, and the keys that signatures are checked with",
    )
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      "\nWithout --file nothing says whose keys count: then no signature is checked.\n" +
        examples(
          "mitral audit verify --file gateway.yaml",
          "mitral audit verify /mnt/backup/2026-01-31 --file gateway.yaml",
        ),
    )
    .action(session.act(async (backup: string | undefined, { data, file, json }: VerifyOptions) => {
      const places = file === undefined ? undefined : await readGatewayPlaces(file, session);
      const folder = backup !== undefined || data !== undefined
        ? session.path(backup ?? data!)
        : places?.data ?? session.path("data");
      using interrupts = listenForInterrupts(session.terminal);
      const found = await look(folder, places, interrupts.signal);
      if (!found) return exitCodes.interrupted;
      const { verified, keys } = found;
      if (json) session.printJson(verified);
      else session.print(verifiedText(verified, keys, session.paint));
      return verified.findings.count > 0 ? exitCodes.no : exitCodes.ok;
    }));

  async function look(
    folder: string,
    places: GatewayPlaces | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly verified: LedgerVerified; readonly keys: LedgerKeys | undefined } | undefined> {
    const [{ handedFilesIn, verifyLedgerIn }, { pinnedKeys }] = await Promise.all([
      import("../../../journal/upkeep/upkeep.ts"),
      import("../audit/pinned_keys.ts"),
    ]);
    using doing = new Doing(session.terminal);
    const { world } = session.outside;
    const { found, trouble } = places ? await seekMasterKey(places.masterKey, session) : {};
    if (trouble) noteTrouble(trouble, session);
    try {
      const kept = places && await handedFilesIn(world, folder, { signal });
      const keys = places && kept && await pinnedKeys(places, kept, found?.key, session);
      const what = { folder, ...(found ? { masterKey: found.key } : {}), ...(keys ? { keys } : {}) };
      return { verified: await verifyLedgerIn(world, what, { tell: doing.tell, signal }), keys };
    } catch (cause) {
      if (signal.aborted) return undefined;
      throw cause;
    }
  }
};
