import { essenceOf } from "../../runtime/contract/media_type.ts";

export { essenceOf };

/** True where one of `contentTypes` names the same media type, whatever the parameters. */
export function includesType(contentTypes: readonly string[], contentType: string): boolean {
  const essence = essenceOf(contentType);
  return contentTypes.some((known) => essenceOf(known) === essence);
}

/**
 * True where one of `contentTypes` names the media type, or what it is made of by its suffix (RFC 6838 section 4.2.8):
 * `application/fhir+json` is `application/json`, too.
 */
export function readsType(contentTypes: readonly string[], contentType: string): boolean {
  const suffix = /\+(json|xml)$/.exec(essenceOf(contentType))?.[1];
  return includesType(contentTypes, contentType) ||
    suffix !== undefined && includesType(contentTypes, `application/${suffix}`);
}

/** The parameters of one content type on the media type of another. */
export function withEssence(contentType: string, essence: string): string {
  const end = contentType.indexOf(";");
  return end < 0 ? essence : essence + contentType.slice(end);
}

/**
 * True for the web's general types, whose senders read the outcome from the status: JSON, XML, text, bytes. Everything
 * else (HL7 v2, X12, receipts) has answers that say themselves whether the message was taken.
 */
export function isGeneral(contentType: string): boolean {
  return /^text\/|[/+](json|xml)$|^application\/(octet-stream|x-www-form-urlencoded)$/.test(
    essenceOf(contentType),
  );
}
