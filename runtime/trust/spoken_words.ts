import { wordlist } from "@scure/bip39/wordlists/english.js";
import { boundBytes } from "./_handed_file.ts";
import { digestOf, toBase64Url } from "./_key_encoding.ts";
import type { VerificationKey } from "./signing_key.ts";

/** How many words two people read to each other; each says 11 bits. */
export const WORDS = 8;
const WORD_BITS = 11n;
const DIGEST_BITS = 256n;

/** What both sides must have alike before they trust each other. */
export interface Meeting {
  /** Root key of whoever has invited. */
  readonly inviter: Pick<VerificationKey, "publicBytes">;
  /** Root key of whoever has accepted. */
  readonly acceptor: Pick<VerificationKey, "publicBytes">;
  /** Hash of the invitation. */
  readonly invitation: string;
  /** Hash of the acceptance. */
  readonly acceptance: string;
}

/**
 * SHA-256 of all that has gone between two gateways, in 64 hexadecimal digits. Whoever stands between them has to give
 * each side other files. The invitation is given away before the chance in the acceptance is drawn, and with that the words
 * of one side are fixed: the other's acceptance has to be found among 2^88, not one of two that are alike among 2^44.
 */
export function transcriptOf({ inviter, acceptor, invitation, acceptance }: Meeting): Promise<string> {
  return digestOf(boundBytes("mitral-words/1", {
    inviter: toBase64Url(inviter.publicBytes),
    acceptor: toBase64Url(acceptor.publicBytes),
    invitation,
    acceptance,
  }));
}

/** The eight words of a transcript: its first 88 bits, 11 a word, by the English list of BIP 39. */
export function wordsOf(transcript: string): readonly string[] {
  const bits = BigInt(`0x${transcript}`);
  return Array.from({ length: WORDS }, (_, at) => {
    const index = bits >> (DIGEST_BITS - WORD_BITS * BigInt(at + 1)) & 2047n;
    return wordlist[Number(index)];
  });
}

/** Words as a person has typed them, in lower case. */
export function typedWords(text: string): readonly string[] {
  return text.toLowerCase().split(/[^a-z]+/).filter((word) => word !== "");
}

/** The words of a list that nobody can have read out: they are not among the 2,048. */
export function strangeWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => !wordlist.includes(word));
}
