/** True where bytes begin like a message of HL7 v2, or a batch: blanks and a byte order mark aside. */
export function looksLikeMessage(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  return /^\s*(?:\xef\xbb\xbf)?(?:MSH|FHS|BHS)[^A-Za-z0-9\s]/.test(head);
}
