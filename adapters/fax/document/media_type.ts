import { essenceOf } from "../../../runtime/contract/media_type.ts";

/** Media type of a document: what its first bytes say, else what its sender does. */
export function mediaTypeOf(bytes: Uint8Array, said: string | undefined): string {
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, 5));
  if (/^(II\*\0|MM\0\*)/.test(begins)) return "image/tiff";
  if (begins === "%PDF-") return "application/pdf";
  const essence = essenceOf(said ?? "");
  return /^[\w.+-]+\/[\w.+-]+$/.test(essence) ? essence : "application/octet-stream";
}
