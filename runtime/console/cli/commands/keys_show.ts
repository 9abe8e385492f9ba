import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface ShowOptions {
  readonly file?: string;
  readonly json?: boolean;
}

/** What may be shown of a key file: nothing of it is secret. */
interface KeyFacts {
  readonly file: string;
  readonly kind: "private" | "public";
  readonly gateway: string;
  readonly createdAtMs: number;
  readonly fingerprint: string;
  readonly signing: readonly string[];
  readonly encryption: readonly string[];
}

/** `mitral keys show` */
export const addKeysShow: AddCommand = (parent, session) => {
  parent.command("show [files...]")
    .description("fingerprints and key ids of key files, our own or partners'; never a private key")
    .option("--file <file>", "all key files a gateway file names")
    .option("--json", "print the facts as JSON")
    .addHelpText(
      "after",
      examples("mitral keys show --file gateway.yaml", "mitral keys show partners/lab.partner.json"),
    )
    .action(session.act(async (files: string[], options: ShowOptions) => {
      const named = options.file === undefined ? [] : await filesOf(options.file, session);
      const all = [...files, ...named];
      if (all.length === 0) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a key file, or a gateway file with --file" });
      }
      const facts: KeyFacts[] = [];
      for (const file of all) facts.push(await factsOf(file, session));
      if (options.json) session.printJson(facts);
      else session.print(facts.map((fact) => factsText(fact, session)).join("\n\n"));
      return exitCodes.ok;
    }));
};

async function filesOf(gatewayFile: string, session: Session): Promise<readonly string[]> {
  const { keys, partners } = await readGatewayPlaces(gatewayFile, session);
  return keys === undefined ? partners : [keys, ...partners];
}

async function factsOf(file: string, session: Session): Promise<KeyFacts> {
  const [{ parseIdentity }, { fingerprintOf, parsePartnerFile }] = await Promise.all([
    import("../../../trust/identity.ts"),
    import("../../../trust/partner_file.ts"),
  ]);
  const bytes = await session.read(file);
  const kind = isPartnerFile(bytes) ? "public" : "private";
  const keys = await (kind === "public" ? parsePartnerFile(bytes, file) : parseIdentity(bytes, file));
  return {
    file,
    kind,
    gateway: keys.gateway,
    createdAtMs: keys.createdAtMs,
    fingerprint: await fingerprintOf(keys),
    signing: keys.signing.map(({ keyId }) => keyId),
    encryption: keys.encryption.map(({ keyId }) => keyId),
  };
}

/** Both kinds are JSON and say which they are; whatever else it is, the reader of private files refuses by code. */
function isPartnerFile(bytes: Uint8Array): boolean {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))?.format === "mitral-partner";
  } catch {
    return false;
  }
}

function factsText(
  { file, kind, gateway, createdAtMs, fingerprint, signing, encryption }: KeyFacts,
  { paint }: Session,
): string {
  return [
    `${paint.bold(plain(gateway))} ${kind} keys`,
    `fingerprint  ${fingerprint}`,
    `signing      ${signing.join(", ")}`,
    `encryption   ${encryption.join(", ")}`,
    `made         ${timeText(createdAtMs)}`,
    `file         ${plain(file)}`,
  ].join("\n");
}
