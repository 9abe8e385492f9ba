import type { Box, RecognisedDocument } from "../../../../../runtime/contract/document.ts";
import type { Facts } from "../../../../../runtime/contract/error.ts";
import type { Layout } from "../engines/engine.ts";
import type { DocumentFacts } from "../../understand/understand.ts";
import type { Template } from "../../understand/template.ts";
import type { PageWords } from "../words.ts";

/** Which OCR reads: Tesseract as WebAssembly within the thread, or the program, which is run for the thread. */
export type EngineKind = "wasm" | "program";

/** A fax, as threads are told of it. */
export interface Fax {
  /** Of this fax alone, among all that a pool has been given. */
  readonly fax: number;
  /** Shared: threads copy it once. */
  readonly bytes: SharedArrayBuffer;
}

/** {@linkcode PageWords} as JSON: they go from thread to thread, and whoever hands them on does not look at them. */
export type EncodedWords = Uint8Array<ArrayBuffer>;

/** Words for another thread. */
export function encodeWords(words: PageWords): EncodedWords {
  return new TextEncoder().encode(JSON.stringify(words));
}

/** Words that a thread has sent. */
export function decodeWords(encoded: EncodedWords): PageWords {
  return JSON.parse(new TextDecoder().decode(encoded)) as PageWords;
}

/** What a thread can be asked. Pages count from 1. */
export type Question =
  /** How many pages there are. */
  | { readonly ask: "count" }
  /** What stands on a page. */
  | { readonly ask: "words"; readonly page: number; readonly engine: EngineKind }
  /** What the pages say together, by templates of the site or by those that are built in. */
  | {
    readonly ask: "document";
    readonly pages: readonly EncodedWords[];
    readonly site: readonly Template[];
    readonly facts: DocumentFacts;
  }
  /** How it looks, as PNG. */
  | { readonly ask: "picture"; readonly page: number; readonly engine: EngineKind; readonly box?: Box };

/** What each question is answered with. */
export interface Answers {
  readonly count: number;
  readonly words: EncodedWords;
  readonly document: RecognisedDocument;
  readonly picture: Uint8Array<ArrayBuffer>;
}

/** To a thread: one question at a time, and TSV where it has asked for it. */
export type ToThread =
  | { readonly kind: "question"; readonly fax: Fax; readonly question: Question }
  | { readonly kind: "ran"; readonly tsv: Uint8Array<ArrayBuffer> };

/** From a thread. */
export type FromThread =
  | { readonly kind: "answer"; readonly answer: Answers[Question["ask"]]; readonly heldBytes: number }
  /** The fax is to blame: an error by code. */
  | { readonly kind: "refused"; readonly code: string; readonly facts: Facts; readonly heldBytes: number }
  /** Something went wrong in the thread: it MUST not be used any more. */
  | { readonly kind: "broken"; readonly cause: unknown }
  /** The program is to read a PNG. */
  | { readonly kind: "run"; readonly png: Uint8Array<ArrayBuffer>; readonly layout: Layout };
