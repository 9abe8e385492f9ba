/** True for a number as the data type NM writes it: with a sign or without, with a point or without, no exponent. */
export function isNumber(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text);
}
