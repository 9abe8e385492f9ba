import type { KeyTimes } from "../../../trust/key_times.ts";
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

/** What may be shown of a key. */
interface OneKeyFacts {
  readonly kid: string;
  readonly algorithm: string;
  /** When it may be used, where it is not for ever. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** What may be shown of a key file: nothing of it is secret. */
interface PairFacts {
  readonly file: string;
  readonly kind: "private" | "public";
  readonly gateway: string;
  readonly createdAtMs: number;
  readonly issuedAtMs: number;
  readonly serial: number;
  readonly fingerprint: string;
  readonly root: OneKeyFacts;
  readonly signing: readonly OneKeyFacts[];
  readonly encryption: readonly OneKeyFacts[];
  readonly relay?: OneKeyFacts;
  readonly ledger?: OneKeyFacts;
  /** `public`: in base64, as devices and `wg show` have it. */
  readonly wireguard?: OneKeyFacts & { readonly public: string };
  readonly revoked: readonly { readonly keyId: string; readonly atMs: number; readonly reason?: string }[];
  /** Of a private file: who changed it last. */
  readonly changedBy?: string;
  /** Of a private file: the master key it is sealed under; `null` where its keys are in clear. */
  readonly sealedUnder?: string | null;
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
  const [{ parsePrivateFile }, { fingerprintOf, parsePartnerFile }] = await Promise.all([
    import("../../../trust/private_file.ts"),
    import("../../../trust/partner_file.ts"),
  ]);
  const isPublic = isPartnerFile(bytes);
  const keys = isPublic ? await parsePartnerFile(bytes, file) : parsePrivateFile(bytes, file);
  const { gateway, createdAtMs, issuedAtMs, serial, root, signing, encryption, revoked } = keys;
  const { relay, ledger, wireguard } = keys;
  return {
    ...{ file, kind: isPublic ? "public" : "private", gateway, createdAtMs, issuedAtMs, serial },
    fingerprint: await fingerprintOf(keys),
    root: oneKey(root),
    signing: signing.map(oneKey),
    encryption: encryption.map(oneKey),
    ...(relay ? { relay: oneKey(relay) } : {}),
    ...(ledger ? { ledger: oneKey(ledger) } : {}),
    ...(wireguard ? { wireguard: { ...oneKey(wireguard), public: wireguard.publicBytes.toBase64() } } : {}),
    revoked,
    ...("profile" in keys ? { changedBy: keys.changedBy, sealedUnder: keys.master ?? null } : {}),
  };
}

function oneKey(
  { keyId, algorithm, fromMs, untilMs }: { readonly keyId: string; readonly algorithm: string } & KeyTimes,
): OneKeyFacts {
  return { kid: keyId, algorithm, fromMs, untilMs };
}

/** Pairs' files say which half they are; whatever else it is, the reader of private files refuses by code. */
function isPartnerFile(bytes: Uint8Array): boolean {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))?.format === "mitral-partner";
  } catch {
    return false;
  }
}

function factsText(facts: KeyFacts, { paint, outside }: Session): string {
  if (facts.kind === "master") return `${paint.bold(facts.id)} master key\nfile         ${plain(facts.file)}`;
  const { file, kind, gateway, createdAtMs, fingerprint, serial, issuedAtMs, changedBy, sealedUnder } = facts;
  const nowMs = outside.world.clock.nowMs();
  const { relay, ledger, wireguard } = facts;
  const keyText = ({ kid, algorithm, fromMs, untilMs }: OneKeyFacts) =>
    [
      `${kid} ${algorithm}`,
      ...(fromMs === undefined || fromMs <= nowMs ? [] : [`from ${timeText(fromMs)}`]),
      ...(untilMs === undefined ? [] : [`until ${timeText(untilMs)}`]),
    ].join(", ");
  const rows: readonly (readonly [string, ...string[]])[] = [
    ["fingerprint", fingerprint],
    ["root", keyText(facts.root)],
    ["signing", ...facts.signing.map(keyText)],
    ["encryption", ...facts.encryption.map(keyText)],
    ["relay", ...relay ? [keyText(relay)] : []],
    [
      "ledger",
      ...ledger ? [keyText(ledger)] : kind === "private" ? ["none: `mitral keys seal` adds it"] : [],
    ],
    ["wireguard", ...wireguard ? [`${keyText(wireguard)}, ${wireguard.public}`] : []],
    ["revoked", ...facts.revoked.map(({ keyId, atMs }) => `${keyId}, ${timeText(atMs)}`)],
    ["sealed", ...sealedText(sealedUnder)],
    [
      "serial",
      ...serial > 0
        ? [
          `${serial}, of ${timeText(issuedAtMs)}${changedBy === undefined ? "" : `, by ${plain(changedBy)}`}`,
        ]
        : [],
    ],
    ["made", timeText(createdAtMs)],
    ["file", plain(file)],
  ];
  const lines = rows.flatMap(([label, ...texts]) =>
    texts.map((text, at) => `${(at === 0 ? label : "").padEnd(13)}${text}`)
  );
  return [`${paint.bold(plain(gateway))} ${kind} keys`, ...lines].join("\n");
}

function sealedText(under: string | null | undefined): readonly string[] {
  if (under === undefined) return [];
  return [under === null ? "no: seal them by `mitral keys seal`" : `under the master key ${under}`];
}
