/**
 * The key a client gives a request with `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a text in quotes, as
 * the draft has it, or bare, as many write it. `undefined` where it is neither, or not of 1 to 255 visible characters.
 */
export function idempotencyKeyIn(header: string): string | undefined {
  const quoted = /^"((?:[!#-\[\]-~]|\\["\\]){1,255})"$/.exec(header)?.[1].replace(/\\(.)/g, "$1");
  return quoted ?? /^[!#-+\--~]{1,255}$/.exec(header)?.[0];
}
