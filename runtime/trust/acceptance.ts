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
import type { Invitation } from "./invitation.ts";

/** Errors of acceptances. None shows a token. */
export const acceptanceErrors = declareErrors("acceptance", {
  ACCEPTANCE_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read acceptance {file}: {part} is missing or not as it must be",
  },
  ACCEPTANCE_INVITATION_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot take acceptance {file}: it answers no invitation of this gateway that still stands",
  },
  ACCEPTANCE_TOKEN_EXPIRED: {
    blame: "operator",
    retry: "never",
    says: "Cannot take acceptance {file}: the invitation of {partner} ended at {until}; invite it again",
  },
  ACCEPTANCE_TOKEN_USED: {
    blame: "operator",
    retry: "never",
    says: "Cannot take acceptance {file}: the invitation of {partner} was answered already",
  },
  ACCEPTANCE_PROOF_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot trust acceptance {file}: altered, or made by somebody without the invitation's token",
  },
});

/** The answer to an invitation. */
export interface Acceptance {
  /** Who accepts. */
  readonly acceptor: HeldPartner;
  /** Hash of the invitation it answers. */
  readonly invitation: string;
  /** What the words are made of; 64 hexadecimal digits. */
  readonly hash: string;
  /** Whether it was made by somebody who knows the token, and is as it was made. */
  isBy(token: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

const FORMAT = "mitral-acceptance";
const DOMAIN = "mitral-acceptance/1";
/** Bytes of chance in an acceptance. */
export const CHANCE_BYTES = 16;
const HMAC = { name: "HMAC", hash: "SHA-256" };
const HASH = /^[0-9a-f]{64}$/;

/** Writes the answer to an invitation, which proves that whoever made it knows the token. */
export async function writeAcceptance(
  { ours, invitation, chance, nowMs }: {
    /** Our own file of public keys. */
    readonly ours: HeldPartner;
    readonly invitation: Invitation;
    /**
     * 16 bytes of chance, new for this acceptance. Nobody can tell before what the words will be: whoever has made the
     * invitation cannot have looked for one that leads to the words of another meeting.
     */
    readonly chance: Uint8Array<ArrayBuffer>;
    readonly nowMs: number;
  },
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly hash: string }> {
  const said = {
    format: FORMAT,
    version: 1,
    created: timeOf(nowMs),
    invitation: invitation.hash,
    chance: toBase64Url(chance),
    partner: ours.said,
  };
  const key = await hmacKey(invitation.token, "sign");
  const proof = new Uint8Array(await crypto.subtle.sign(HMAC, key, boundBytes(DOMAIN, said)));
  const proven = { ...said, proof: toBase64Url(proof) };
  return { bytes: writeFile(proven), hash: await hashOf(proven) };
}

/** Reads an acceptance; whom it answers and whether it may is for the caller. Errors: ACCEPTANCE_FILE_INVALID, those of `parsePartnerFile`. */
export async function parseAcceptance(bytes: Uint8Array, file: string): Promise<Acceptance> {
  const refuse: Refuse = (part) => acceptanceErrors.fail("ACCEPTANCE_FILE_INVALID", { file, part });
  const read = readObject(bytes, refuse);
  checkKind(read, FORMAT, refuse);
  neededTime(read, "created", refuse);
  const { invitation } = read;
  if (typeof invitation !== "string" || !HASH.test(invitation)) return refuse("invitation");
  if (!bytesOf(read.chance, CHANCE_BYTES)) refuse("chance");
  const { proof, ...said } = read;
  const proofBytes = bytesOf(proof, 32) ?? refuse("proof");
  const bound = readBound(DOMAIN, said, refuse);
  const acceptor = await readHeld(read.partner, "partner", file, refuse);
  return {
    acceptor,
    invitation,
    hash: await hashOf(read),
    isBy: async (token) =>
      await crypto.subtle.verify(HMAC, await hmacKey(token, "verify"), proofBytes, bound),
  };
}

function hmacKey(token: Uint8Array<ArrayBuffer>, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", token, HMAC, false, [use]);
}
