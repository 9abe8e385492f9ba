import type { KeptFile } from "../../../journal/upkeep/handed_files.ts";
import type { LedgerKeys } from "../../../journal/upkeep/verify_ledger.ts";
import { witnessNameOf } from "../../../trust/ledger/cosignature.ts";
import { parsePartnerFile, type Partner } from "../../../trust/partner_file.ts";
import type { MasterKey } from "../../../trust/master_key.ts";
import { kindOf } from "../explain.ts";
import type { GatewayPlaces } from "../gateway_file.ts";
import type { Session } from "../session.ts";

/** A gateway whose root key is pinned, outside the journal. */
interface Pinned {
  readonly gateway: string;
  readonly root: { readonly keyId: string; readonly publicBytes: Uint8Array };
  readonly ledger?: { readonly publicBytes: Uint8Array };
}

/**
 * Keys that the ledger of a gateway may be signed with: its own by its file of keys, its partners' by their files, and those
 * that they had before by files that the journal has kept, where the same root key signed them: whoever changes the journal
 * cannot make such a file.
 */
export async function pinnedKeys(
  places: GatewayPlaces,
  kept: readonly KeptFile[],
  masterKey: MasterKey | undefined,
  session: Session,
): Promise<LedgerKeys> {
  const earlier: Partner[] = [];
  for (const { bytes, gateway } of kept) {
    const file = await parsePartnerFile(bytes, gateway).catch(() => undefined);
    if (file) earlier.push(file);
  }
  const keysOf = ({ gateway, root, ledger }: Pinned): readonly Uint8Array[] => {
    const same = earlier.filter((file) =>
      file.gateway === gateway && file.root.publicBytes.toHex() === root.publicBytes.toHex()
    );
    const keys = [ledger, ...same.map((file) => file.ledger)].flatMap((key) =>
      key ? [key.publicBytes.toHex()] : []
    );
    return [...new Set(keys)].map((hex) => Uint8Array.fromHex(hex));
  };
  const own = await ownKeys(places, masterKey, session);
  const partners = await partnersOf(places, session);
  return {
    own: own ? keysOf(own) : [],
    witnesses: partners.flatMap((partner) => {
      const name = witnessNameOf({ gateway: partner.gateway, root: partner.root.keyId });
      return keysOf(partner).map((publicBytes) => ({ name, publicBytes }));
    }),
  };
}

/** Errors: CONSOLE_FILE_UNREADABLE, IDENTITY_FILE_…. */
async function ownKeys(
  { keys }: GatewayPlaces,
  masterKey: MasterKey | undefined,
  session: Session,
): Promise<Pinned | undefined> {
  if (keys === undefined) return undefined;
  const { parsePrivateFile, readPrivateFile } = await import("../../../trust/private_file.ts");
  const bytes = await session.read(keys);
  // Without the master key nothing says whether somebody has changed it.
  const { gateway, root, ledger } = masterKey
    ? await readPrivateFile(bytes, keys, masterKey)
    : parsePrivateFile(bytes, keys);
  return { gateway, root, ...(ledger ? { ledger } : {}) };
}

/** Partners' files as they are now. One that cannot be read is told, and witnesses nothing. */
async function partnersOf(
  { partners, partnersFolder }: GatewayPlaces,
  session: Session,
): Promise<readonly Pinned[]> {
  const [{ PartnerFolder }, { parseRecord }] = await Promise.all([
    import("../../../trust/partner_folder.ts"),
    import("../../../trust/partner_record.ts"),
  ]);
  const found: Pinned[] = [];
  const attempt = async (path: string, read: () => Promise<Partner | undefined>) => {
    try {
      const partner = await read();
      if (partner) found.push(partner);
    } catch (cause) {
      session.note(`left out: ${path} (${kindOf(cause)})`);
    }
  };
  for (const path of partners) {
    await attempt(path, async () => await parsePartnerFile(await session.read(path), path));
  }
  if (partnersFolder === undefined) return found;
  const folder = new PartnerFolder(partnersFolder, session.outside.world);
  for (const name of await folder.names()) {
    const path = folder.fileOf(name);
    await attempt(path, async () => (await parseRecord(await session.read(path), name, path)).held?.partner);
  }
  return found;
}
