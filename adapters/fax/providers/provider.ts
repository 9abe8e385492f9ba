import type { Posted } from "../posted/posted.ts";
import type { Account } from "../account.ts";

/** Facts of a fax, as a provider writes them. */
export interface FaxFacts {
  readonly faxId: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly receivedAtMs?: number | undefined;
  readonly pages?: string | undefined;
  readonly subscriber?: string | undefined;
  readonly error?: string | undefined;
}

/** A document that a request brings. */
export interface Brought {
  readonly bytes: Uint8Array;
  /** Media type, where the request says one. */
  readonly contentType?: string | undefined;
}

/** What a request is about: a fax that was received, or something else, with why it is passed over. */
export type Notice =
  | {
    readonly facts: FaxFacts;
    /** Left out where it is to be fetched. */
    readonly document?: Brought | undefined;
    /** Where the request says that the document is. */
    readonly url?: string | undefined;
  }
  /** `sent`: of a fax that was sent; `test`; `failed`: there is no document; `other`: nothing about a fax received. */
  | { readonly passedOver: "sent" | "test" | "failed" | "other" };

/** A request for a document. */
export interface Asking {
  readonly url: string;
  /** Its `Authorization`, where it takes one. */
  readonly authorization?: string;
}

/** What of a provider's settings one kind uses. */
export type Use = "login" | "token" | "url" | "publicKey" | "api" | "media";

/** What is shown: `none`: nothing that could prove anything. */
export type Proof = "right" | "wrong" | "none" | "old";

/** How one provider tells of faxes. */
export interface Provider {
  /** Settings it cannot do without. */
  readonly needs: readonly Use[];
  /** Those it may have beside them. */
  readonly takes: readonly Use[];
  /** What of `api` it needs beside the secret. */
  readonly apiNeeds?: readonly ("user" | "project")[];
  /** Whether its request, all of it, proves who it is from; left out where its login does. Throws `Unreadable`. */
  proves?(posted: Posted, account: Account, nowMs: number): Proof;
  /** What a request says. Throws `Unreadable`. */
  read(posted: Posted): Notice;
  /** Where its API has the document of a fax, whose id is letters, digits, `_` and `-`. */
  ask?(faxId: string, api: NonNullable<Account["api"]>): Asking;
  /** How the URLs of documents begin that its requests may name, beside those of `media`. */
  readonly media?: readonly string[];
  /** What it wants to read in an answer that says yes. */
  readonly answer?: string;
}

/** A user and a password as `Authorization` has them (RFC 7617). */
export function basic(user: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;
}
