import { parseAcceptance } from "../../../runtime/trust/acceptance.ts";
import { parseInvitation } from "../../../runtime/trust/invitation.ts";
import { parseRecord, writeRecord } from "../../../runtime/trust/partner_record.ts";
import { meet, withSides } from "../../runtime/trust/meeting.ts";
import { must, type Target } from "../target.ts";

const words = ["{", "}", "[", "]", '"', ",", ":", "null", "-1", "__proto__", "A", "==", '"state":"active"'];

const seeds = await (async () => {
  let made: Record<"invitation" | "acceptance" | "invited" | "active", Uint8Array> | undefined;
  await withSides(async (hospital, lab) => {
    const invitation = await hospital.invite("lab");
    const { bytes: acceptance } = await lab.accept("hospital", invitation);
    const invited = await Deno.readFile(hospital.folder.fileOf("lab"));
    await Deno.remove(lab.folder.fileOf("hospital"));
    await Deno.remove(hospital.folder.fileOf("lab"));
    await meet(hospital, lab);
    made = { invitation, acceptance, invited, active: await Deno.readFile(hospital.folder.fileOf("lab")) };
  });
  return made!;
})();
const { hash, token } = await parseInvitation(seeds.invitation, "invitation.json");
const acceptanceHash = (await parseAcceptance(seeds.acceptance, "acceptance.json")).hash;

/** Invitations: what is read is what was signed. */
export const invitationTarget: Target = {
  name: "invitation",
  seeds: [seeds.invitation],
  words,
  async attempt(input) {
    const invitation = await parseInvitation(input, "invitation.json");
    must(invitation.hash === hash, "no invitation is read but the one that was signed");
    return invitation;
  },
};

/** Acceptances: what proves to know the token is what was written. */
export const acceptanceTarget: Target = {
  name: "acceptance",
  seeds: [seeds.acceptance],
  words,
  async attempt(input) {
    const acceptance = await parseAcceptance(input, "acceptance.json");
    if (await acceptance.isBy(token)) {
      must(acceptance.hash === acceptanceHash, "no acceptance proves anything but the one that was written");
    }
    return acceptance;
  },
};

/** Records of partners: what is read, and written, is read as the same. */
export const partnerRecordTarget: Target = {
  name: "partner-record",
  seeds: [seeds.invited, seeds.active],
  words,
  async attempt(input) {
    const record = await parseRecord(input, "lab", "lab.json");
    const written = writeRecord(record);
    const again = writeRecord(await parseRecord(written, "lab", "lab.json"));
    must(again.toHex() === written.toHex(), "what is kept of a partner is read as it was written");
    return record;
  },
};
