/** What senders write into ED-3, or sometimes ED-2 (HL7 table 0291 and the field), as media types. */
const KNOWN: Readonly<Record<string, string>> = {
  "pdf": "application/pdf",
  "rtf": "application/rtf",
  "postscript": "application/postscript",
  "octet-stream": "application/octet-stream",
  "dicom": "application/dicom",
  "json": "application/json",
  "html": "text/html",
  "htm": "text/html",
  "plain": "text/plain",
  "txt": "text/plain",
  "xml": "text/xml",
  "sgml": "text/sgml",
  "jpeg": "image/jpeg",
  "jpg": "image/jpeg",
  "png": "image/png",
  "gif": "image/gif",
  "tiff": "image/tiff",
  "tif": "image/tiff",
  "bmp": "image/bmp",
};

/** Types of data of HL7 table 0191, and what else stands there, as the first half of a media type. */
const TYPES: Readonly<Record<string, string>> = {
  "im": "image",
  "au": "audio",
  "tx": "text",
  "ft": "text",
};

const MIME = new Set(["application", "audio", "image", "model", "multipart", "text", "video"]);

/**
 * The media type of a document from its type and subtype, in lower case; `undefined` where they do not say it. What is
 * known by its subtype is that, whatever stands before it: `application^pdf`, `TX^PDF` and `AP^PDF` are PDF.
 */
export function mediaTypeOf(type: string, subtype: string): string | undefined {
  const [first, second] = [type, subtype].map((part) => part.trim().toLowerCase());
  const whole = [second, first].find((part) => /^[a-z]+\/[a-z0-9.+-]+$/.test(part));
  if (whole !== undefined) return whole;
  const known = Object.hasOwn(KNOWN, second) ? KNOWN[second] : undefined;
  if (known !== undefined) return known;
  const family = MIME.has(first) ? first : Object.hasOwn(TYPES, first) ? TYPES[first] : "application";
  if (/^[a-z0-9][a-z0-9.+-]*$/.test(second)) return `${family}/${second}`;
  if (family === "text") return "text/plain";
  return Object.hasOwn(KNOWN, first) ? KNOWN[first] : undefined;
}
