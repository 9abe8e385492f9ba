import { declareErrors } from "../contract/error.ts";
import {
  boundBytes,
  bytesOf,
  checkKind,
  hashOf,
  type HeldPartner,
  neededTime,
  readBound,
  readHeld,
} from "./_handed_file.ts";
import { toBase64Url } from "./_key_encoding.ts";
import { readObject, type Refuse, timeOf, writeFile } from "./_key_file.ts";
import { isSignatureBy, signatureBy, type SigningKey } from "./signing_key.ts";

/** Errors of invitations. None shows a token. */
export const invitationErrors = declareErrors("invitation", {
  INVITATION_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read invitation {file}: {part} is missing or not as it must be",
  },
  INVITATION_SIGNATURE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot trust invitation {file}: altered or damaged since the inviter signed it",
  },
  INVITATION_TOKEN_EXPIRED: {
    blame: "operator",
    retry: "never",
    says: "Cannot accept invitation {file}: it ended at {until}; ask {gateway} for a new one",
  },
  INVITATION_TOKEN_USED: {
    blame: "operator",
    retry: "never",
    says: "Cannot accept invitation {file}: it was accepted already, for partner {partner}",
  },
});

/** How long an invitation is good for where nobody says. */
export const INVITATION_DAYS = 7;
/** Bytes of a token, which an acceptance proves to know. */
export const TOKEN_BYTES = 16;

/** An invitation. Whoever has it can answer it once: it is for one organisation. */
export interface Invitation {
  /** 16 bytes. Never shown. */
  readonly token: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly expiresAtMs: number;
  /** Who invites. */
  readonly inviter: HeldPartner;
  /** What an acceptance names it by; 64 hexadecimal digits. */
  readonly hash: string;
}

const FORMAT = "mitral-invitation";
const DOMAIN = "mitral-invitation/1";

/** Writes an invitation, signed by our root key. */
export async function writeInvitation(
  { ours, root, token, nowMs, expiresAtMs }: {
    /** Our own file of public keys. */
    readonly ours: HeldPartner;
    readonly root: SigningKey;
    readonly token: Uint8Array<ArrayBuffer>;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly invitation: Invitation }> {
  const said = {
    format: FORMAT,
    version: 1,
    created: timeOf(nowMs),
    expires: timeOf(expiresAtMs),
    token: toBase64Url(token),
    partner: ours.said,
  };
  const signed = { ...said, signature: toBase64Url(await signatureBy(root, boundBytes(DOMAIN, said))) };
  return {
    bytes: writeFile(signed),
    invitation: { token, expiresAtMs, inviter: ours, hash: await hashOf(signed) },
  };
}

/**
 * Reads an invitation. It is signed by a root key in the same file: that shows damage and edits, and that it is really
 * the other organisation's is for people to confirm, by the words. Errors: INVITATION_FILE_INVALID,
 * INVITATION_SIGNATURE_INVALID, those of `parsePartnerFile`.
 */
export async function parseInvitation(bytes: Uint8Array, file: string): Promise<Invitation> {
  const refuse: Refuse = (part) => invitationErrors.fail("INVITATION_FILE_INVALID", { file, part });
  const read = readObject(bytes, refuse);
  checkKind(read, FORMAT, refuse);
  neededTime(read, "created", refuse);
  const expiresAtMs = neededTime(read, "expires", refuse);
  const token = bytesOf(read.token, TOKEN_BYTES) ?? refuse("token");
  const { signature, ...said } = read;
  const signatureBytes = bytesOf(signature, 64) ?? refuse("signature");
  const signed = readBound(DOMAIN, said, refuse);
  const inviter = await readHeld(read.partner, "partner", file, refuse);
  if (!await isSignatureBy(inviter.partner.root, signatureBytes, signed)) {
    invitationErrors.fail("INVITATION_SIGNATURE_INVALID", { file });
  }
  return { token, expiresAtMs, inviter, hash: await hashOf(read) };
}
