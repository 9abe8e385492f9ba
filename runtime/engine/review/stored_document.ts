import type { RecognisedDocument } from "../../contract/document.ts";

/** A document as the journal keeps it. */
export function encodeDocument(document: RecognisedDocument): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** The document that was kept. */
export function decodeDocument(bytes: Uint8Array): RecognisedDocument {
  return JSON.parse(new TextDecoder().decode(bytes)) as RecognisedDocument;
}
