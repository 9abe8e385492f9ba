import type { HeldPartner } from "./_handed_file.ts";
import { timeOf } from "./_key_file.ts";
import { sameKey } from "./_same_key.ts";
import { type Acceptance, acceptanceErrors, writeAcceptance } from "./acceptance.ts";
import { type Invitation, invitationErrors, writeInvitation } from "./invitation.ts";
import type { PartnerFolder } from "./partner_folder.ts";
import { isPartnerName, type PartnerRecord, recordErrors } from "./partner_record.ts";
import type { SigningKey } from "./signing_key.ts";
import { strangeWords, transcriptOf, typedWords, WORDS, wordsOf } from "./spoken_words.ts";

/** Who does something about a partner, where and when. */
export interface Act {
  readonly folder: PartnerFolder;
  readonly nowMs: number;
  /** The person's name. */
  readonly by: string;
}

/** An act in the name of this gateway. */
export interface OurAct extends Act {
  /** Our own file of public keys. */
  readonly ours: HeldPartner;
}

/**
 * Invites a partner, or does so anew where nobody has answered yet: the invitation before then counts no more. Errors:
 * RECORD_NAME_INVALID, RECORD_NAME_TAKEN, those of the folder.
 */
export async function invite(
  name: string,
  { folder, nowMs, by, ours }: OurAct,
  { root, token, expiresAtMs }: {
    readonly root: SigningKey;
    /** 16 bytes of chance. */
    readonly token: Uint8Array<ArrayBuffer>;
    readonly expiresAtMs: number;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isPartnerName(name)) recordErrors.fail("RECORD_NAME_INVALID");
  const { bytes, invitation } = await writeInvitation({ ours, root, token, nowMs, expiresAtMs });
  await folder.change(async () => {
    const before = await folder.find(name);
    if (before && before.state !== "invited") taken(before);
    const { hash } = invitation;
    const pending = { token, expiresAtMs };
    const record: PartnerRecord = {
      name,
      state: "invited",
      changed: { atMs: nowMs, by },
      invitation: hash,
      pending,
    };
    return { name, record };
  });
  return bytes;
}

/**
 * Accepts an invitation: whoever invited is a partner as soon as the words are confirmed. `file` names the invitation in
 * errors. Errors: INVITATION_TOKEN_EXPIRED, INVITATION_TOKEN_USED, RECORD_NAME_INVALID, RECORD_NAME_TAKEN,
 * RECORD_GATEWAY_OURS, RECORD_GATEWAY_TAKEN, those of the folder.
 */
export async function acceptInvitation(
  name: string,
  invitation: Invitation,
  file: string,
  { folder, nowMs, by, ours }: OurAct,
  /** 16 bytes of chance. */
  chance: Uint8Array<ArrayBuffer>,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly record: PartnerRecord }> {
  const { inviter, hash, expiresAtMs } = invitation;
  if (!isPartnerName(name)) recordErrors.fail("RECORD_NAME_INVALID");
  const { bytes, hash: acceptance } = await writeAcceptance({ ours, invitation, chance, nowMs });
  const transcript = await transcriptOf({
    inviter: inviter.partner.root,
    acceptor: ours.partner.root,
    invitation: hash,
    acceptance,
  });
  const record = await folder.change(async () => {
    mustBeAnother(inviter, ours);
    const others = await folder.all();
    const used = others.find((other) => other.invitation === hash);
    if (used) invitationErrors.fail("INVITATION_TOKEN_USED", { file, partner: used.name });
    if (nowMs >= expiresAtMs) {
      const { gateway } = inviter.partner;
      invitationErrors.fail("INVITATION_TOKEN_EXPIRED", { file, gateway, until: timeOf(expiresAtMs) });
    }
    const before = others.find((other) => other.name === name);
    if (before) taken(before);
    mustBeNew(name, inviter, others);
    const record: PartnerRecord = {
      name,
      state: "unconfirmed",
      changed: { atMs: nowMs, by },
      invitation: hash,
      held: inviter,
      transcript,
    };
    return { name, record };
  });
  return { bytes, record };
}

/**
 * Takes the answer to an invitation of ours: whoever accepted is a partner as soon as the words are confirmed. An answer
 * that is refused leaves the invitation open. Errors: ACCEPTANCE_INVITATION_UNKNOWN, ACCEPTANCE_TOKEN_USED,
 * ACCEPTANCE_TOKEN_EXPIRED, ACCEPTANCE_PROOF_INVALID, RECORD_GATEWAY_OURS, RECORD_GATEWAY_TAKEN, those of the folder.
 */
export async function takeAcceptance(
  { acceptor, invitation, hash, isBy }: Acceptance,
  file: string,
  { folder, nowMs, by, ours }: OurAct,
): Promise<PartnerRecord> {
  return await folder.change(async () => {
    mustBeAnother(acceptor, ours);
    const others = await folder.all();
    const invited = others.find((other) => other.invitation === invitation) ??
      acceptanceErrors.fail("ACCEPTANCE_INVITATION_UNKNOWN", { file });
    const { name, pending } = invited;
    if (!pending) return acceptanceErrors.fail("ACCEPTANCE_TOKEN_USED", { file, partner: name });
    if (nowMs >= pending.expiresAtMs) {
      const until = timeOf(pending.expiresAtMs);
      acceptanceErrors.fail("ACCEPTANCE_TOKEN_EXPIRED", { file, partner: name, until });
    }
    if (!await isBy(pending.token)) acceptanceErrors.fail("ACCEPTANCE_PROOF_INVALID", { file });
    mustBeNew(name, acceptor, others);
    const transcript = await transcriptOf({
      inviter: ours.partner.root,
      acceptor: acceptor.partner.root,
      invitation,
      acceptance: hash,
    });
    const record: PartnerRecord = {
      name,
      state: "unconfirmed",
      changed: { atMs: nowMs, by },
      invitation,
      held: acceptor,
      transcript,
    };
    return { name, record };
  });
}

/** The words to read to a partner, and to hear from it; `undefined` while it has not answered. */
export function wordsFor({ transcript }: PartnerRecord): readonly string[] | undefined {
  return transcript === undefined ? undefined : wordsOf(transcript);
}

/**
 * Makes a partner active once the other side has read out the words. How many differ is said, and not which: one is a
 * slip of an ear, and several are other files. Errors: RECORD_STATE_WRONG, RECORD_WORDS_UNCOUNTED, RECORD_WORD_STRANGE,
 * RECORD_WORDS_DIFFERENT, those of the folder.
 */
export async function confirm(
  name: string,
  heard: string,
  { folder, nowMs, by }: Act,
): Promise<PartnerRecord> {
  return await folder.change(async () => {
    const { state, held, transcript, ...before } = await folder.get(name);
    if (state !== "unconfirmed" || !held || transcript === undefined) {
      return wrongState("confirm", name, state);
    }
    mustAgree(name, typedWords(heard), wordsOf(transcript));
    const deed = { atMs: nowMs, by };
    const record: PartnerRecord = {
      ...before,
      state: "active",
      held,
      transcript,
      changed: deed,
      confirmed: deed,
    };
    return { name, record };
  });
}

/** Refuses a partner both ways until it is resumed. Errors: RECORD_STATE_WRONG, those of the folder. */
export function suspend(name: string, act: Act): Promise<PartnerRecord> {
  return turn(name, "suspend", "active", "suspended", act);
}

/** Takes a partner back that was suspended. Errors: RECORD_STATE_WRONG, those of the folder. */
export function resume(name: string, act: Act): Promise<PartnerRecord> {
  return turn(name, "resume", "suspended", "active", act);
}

/** Forgets a partner, or an invitation. Errors: those of the folder. */
export async function remove(name: string, { folder }: Pick<Act, "folder">): Promise<void> {
  await folder.change(async () => {
    await folder.get(name);
    return { name, record: undefined };
  });
}

async function turn(
  name: string,
  act: string,
  from: PartnerRecord["state"],
  to: PartnerRecord["state"],
  { folder, nowMs, by }: Act,
): Promise<PartnerRecord> {
  return await folder.change(async () => {
    const before = await folder.get(name);
    if (before.state !== from) wrongState(act, name, before.state);
    return { name, record: { ...before, state: to, changed: { atMs: nowMs, by } } };
  });
}

function mustAgree(partner: string, heard: readonly string[], ours: readonly string[]): void {
  if (heard.length !== WORDS) {
    recordErrors.fail("RECORD_WORDS_UNCOUNTED", { partner, of: WORDS, count: heard.length });
  }
  const strange = strangeWords(heard);
  if (strange.length > 0) recordErrors.fail("RECORD_WORD_STRANGE", { partner, words: strange.join(", ") });
  const count = heard.filter((word, at) => word !== ours[at]).length;
  if (count > 0) recordErrors.fail("RECORD_WORDS_DIFFERENT", { partner, of: WORDS, count });
}

function mustBeAnother({ partner }: HeldPartner, ours: HeldPartner): void {
  if (isSame(partner, ours.partner)) {
    recordErrors.fail("RECORD_GATEWAY_OURS", { gateway: partner.gateway });
  }
}

/** One gateway under two names would be let in, and suspended, by either. */
function mustBeNew(name: string, { partner }: HeldPartner, others: readonly PartnerRecord[]): void {
  const other = others.find((each) => each.name !== name && each.held && isSame(each.held.partner, partner));
  if (other) {
    const facts = { gateway: partner.gateway, partner: name, other: other.name };
    recordErrors.fail("RECORD_GATEWAY_TAKEN", facts);
  }
}

function isSame(one: HeldPartner["partner"], other: HeldPartner["partner"]): boolean {
  return one.gateway === other.gateway || sameKey(one.root, other.root);
}

function taken({ name, state }: PartnerRecord): never {
  return recordErrors.fail("RECORD_NAME_TAKEN", { partner: name, state });
}

function wrongState(act: string, partner: string, state: PartnerRecord["state"]): never {
  return recordErrors.fail("RECORD_STATE_WRONG", { act, partner, state });
}
