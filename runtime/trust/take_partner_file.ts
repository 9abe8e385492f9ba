import { hashOf, heldIn, type HeldPartner } from "./_handed_file.ts";
import { sameKey } from "./_same_key.ts";
import type { PartnerFolder } from "./partner_folder.ts";
import { type PartnerRecord, recordErrors } from "./partner_record.ts";

/**
 * Takes a partner's newer file: of the same gateway, signed by the pinned root, with a higher serial, or with the same
 * and issued later. False where it is the one we have. `file` names it in errors. Errors: RECORD_PARTNER_UNKNOWN,
 * RECORD_STATE_WRONG, RECORD_ROOT_CHANGED, RECORD_GATEWAY_CHANGED, RECORD_SERIAL_OLD, RECORD_SERIAL_REUSED, those of
 * the folder and of `parsePartnerFile`.
 */
export async function takePartnerFile(
  name: string,
  bytes: Uint8Array,
  file: string,
  folder: PartnerFolder,
): Promise<boolean> {
  const taken = await heldIn(bytes, file);
  if (await isKnown(await folder.get(name), taken)) return false;
  await folder.change(async () => {
    const before = await folder.get(name);
    await isKnown(before, taken);
    return { name, record: { ...before, held: taken } };
  });
  return true;
}

/** True where it is the one we have; fails where it may not be taken. */
async function isKnown({ name, state, held }: PartnerRecord, taken: HeldPartner): Promise<boolean> {
  if (!held || state === "unconfirmed") {
    return recordErrors.fail("RECORD_STATE_WRONG", { act: "rotate the keys of", partner: name, state });
  }
  const facts = { partner: name };
  const { partner } = held, found = taken.partner;
  if (!sameKey(partner.root, found.root)) recordErrors.fail("RECORD_ROOT_CHANGED", facts);
  if (partner.gateway !== found.gateway) {
    recordErrors.fail("RECORD_GATEWAY_CHANGED", { ...facts, gateway: partner.gateway, found: found.gateway });
  }
  if (await hashOf(held.said) === await hashOf(taken.said)) return true;
  const { serial, issuedAtMs } = partner;
  if (found.serial < serial) {
    recordErrors.fail("RECORD_SERIAL_OLD", { ...facts, serial, found: found.serial });
  }
  // The keys are the same then, and links or certificates may be others.
  if (found.serial === serial && found.issuedAtMs <= issuedAtMs) {
    recordErrors.fail("RECORD_SERIAL_REUSED", { ...facts, serial });
  }
  return false;
}
