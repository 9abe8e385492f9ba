import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { plain } from "../plain.ts";
import { noteTrouble, seekMasterKey } from "../master_key.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface ShowOptions {
  readonly file?: string;
  readonly json?: boolean;
}

/** What may be shown of a master key. */
interface MasterKeyFacts {
  readonly file: string;
  readonly kind: "master";
  readonly id: string;
}

/** What may be shown of a key file: nothing of it is secret. */
interface PairFacts {
  readonly file: string;
  readonly kind: "private" | "public";
  readonly gateway: string;
  readonly createdAtMs: number;
  readonly fingerprint: string;
  readonly signing: readonly string[];
  readonly encryption: readonly string[];
}

type KeyFacts = MasterKeyFacts | PairFacts;

/** `mitral keys show` */
export const addKeysShow: AddCommand = (parent, session) => {
  parent.command("show [files...]")
    .description("fingerprints and key ids of key files, our own or partners'; never a private or master key")
    .option("--file <file>", "all key files a gateway file names, and the master key it would run under")
    .option("--json", "print the facts as JSON")
    .addHelpText(
      "after",
      examples("mitral keys show --file gateway.yaml", "mitral keys show partners/lab.partner.json"),
    )
    .action(session.act(async (files: string[], options: ShowOptions) => {
      if (files.length === 0 && options.file === undefined) {
        errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a key file, or a gateway file with --file" });
      }
      const facts: KeyFacts[] = [];
      for (const file of files) facts.push(await factsOf(file, session));
      if (options.file !== undefined) facts.push(...await factsIn(options.file, session));
      if (options.json) session.printJson(facts);
      else session.print(facts.map((fact) => factsText(fact, session)).join("\n\n"));
      return exitCodes.ok;
    }));
};

async function factsIn(gatewayFile: string, session: Session): Promise<readonly KeyFacts[]> {
  const { masterKey, keys, partners } = await readGatewayPlaces(gatewayFile, session);
  const facts: KeyFacts[] = [];
  // Whoever looks at fingerprints may be somewhere the master key is not.
  const { found, trouble } = await seekMasterKey(masterKey, session);
  if (found) facts.push({ file: found.source, kind: "master", id: found.key.id });
  else if (trouble) noteTrouble(trouble, session);
  for (const file of keys === undefined ? partners : [keys, ...partners]) {
    facts.push(await pairFacts(file, await session.read(file)));
  }
  return facts;
}

/** All but the master key are JSON. */
async function factsOf(file: string, session: Session): Promise<KeyFacts> {
  const bytes = await session.read(file);
  if (new TextDecoder().decode(bytes).trimStart().startsWith("{")) return await pairFacts(file, bytes);
  const { readMasterKey } = await import("../../../trust/master_key.ts");
  const { id } = await readMasterKey(session.outside.world.disk, session.path(file));
  return { file, kind: "master", id };
}

async function pairFacts(file: string, bytes: Uint8Array): Promise<PairFacts> {
  const [{ parseIdentity }, { fingerprintOf, parsePartnerFile }] = await Promise.all([
    import("../../../trust/identity.ts"),
    import("../../../trust/partner_file.ts"),
  ]);
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

/** Pairs' files say which half they are; whatever else it is, the reader of private files refuses by code. */
function isPartnerFile(bytes: Uint8Array): boolean {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))?.format === "mitral-partner";
  } catch {
    return false;
  }
}

function factsText(facts: KeyFacts, { paint }: Session): string {
  if (facts.kind === "master") return `${paint.bold(facts.id)} master key\nfile         ${plain(facts.file)}`;
  const { file, kind, gateway, createdAtMs, fingerprint, signing, encryption } = facts;
  return [
    `${paint.bold(plain(gateway))} ${kind} keys`,
    `fingerprint  ${fingerprint}`,
    `signing      ${signing.join(", ")}`,
    `encryption   ${encryption.join(", ")}`,
    `made         ${timeText(createdAtMs)}`,
    `file         ${plain(file)}`,
  ].join("\n");
}
