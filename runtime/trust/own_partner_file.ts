import type { Clock, Disk } from "../contract/world.ts";
import { hashOf, heldIn, type HeldPartner } from "./_handed_file.ts";
import { sameKey } from "./_same_key.ts";
import type { Identity } from "./identity.ts";
import { type Link, writePartnerFile } from "./partner_file.ts";
import { recordErrors } from "./partner_record.ts";

/** What our own file of public keys is made of. */
export interface OwnPartnerFileParts {
  readonly identity: Identity;
  /** Ways to us, the preferred one first. */
  readonly links: readonly Link[];
  /** `sha256:HEX` of the certificates that we show. */
  readonly certificates: readonly string[];
  /** Where it lies, absolute: beside the private file, `GATEWAY.partner.json`. */
  readonly file: string;
  readonly disk: Pick<Disk, "read" | "writeAtomic">;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Our own file of public keys, as partners are to have it. */
export interface OwnPartnerFile extends HeldPartner {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it was written now, since what it says has changed: partners are to get it. */
  readonly isNew: boolean;
}

/**
 * Our own file of public keys, as it is now: the one that lies there where it says the same, else a new one, which is
 * written there first. It has the serial of our keys; where they are the same and only the ways to us are others, it is
 * issued later than the one before. Errors: RECORD_FILE_UNWRITABLE.
 */
export async function renewOwnPartnerFile(
  { identity, links, certificates, file, disk, clock }: OwnPartnerFileParts,
): Promise<OwnPartnerFile> {
  const facts = { links, certificates };
  const before = await disk.read(file).then(
    async (bytes) => ({ bytes, ...await heldIn(bytes, file) }),
  ).then((held) => sameKey(held.partner.root, identity.root) ? held : undefined).catch(() => undefined);
  const issuedBefore = before ? before.partner.issuedAtMs : -Infinity;
  if (before) {
    const same = await writePartnerFile(identity, { ...facts, issuedAtMs: issuedBefore });
    if (await saidIn(before.said) === await saidIn((await heldIn(same, file)).said)) {
      return { ...before, isNew: false };
    }
  }
  const issuedAtMs = Math.max(clock.nowMs(), identity.issuedAtMs, issuedBefore + 1);
  const bytes = await writePartnerFile(identity, { ...facts, issuedAtMs });
  await disk.writeAtomic(file, bytes).catch((cause): never => {
    const reason = String((cause as { code?: unknown })?.code ?? "EIO");
    return recordErrors.fail("RECORD_FILE_UNWRITABLE", { file, reason }, cause);
  });
  return { bytes, ...await heldIn(bytes, file), isNew: true };
}

/** Without its signature, which is another each time by some algorithms. */
function saidIn({ signature: _, ...said }: HeldPartner["said"]): Promise<string> {
  return hashOf(said);
}
