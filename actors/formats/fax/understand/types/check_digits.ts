/** Luhn's sum over digits: ISO/IEC 7812-1, annex B. */
export function isLuhn(digits: string): boolean {
  if (!/^\d{2,}$/.test(digits)) return false;
  let sum = 0;
  for (const [at, character] of [...digits].reverse().entries()) {
    const twice = Number(character) * (at % 2 === 1 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

/** National Provider Identifier: Luhn's sum with the prefix 80840 (45 CFR 162.406). */
export function isNpi(digits: string): boolean {
  return /^[12]\d{9}$/.test(digits) && isLuhn(`80840${digits}`);
}

/** LOINC: the digit behind the hyphen is Luhn's check digit of those before it (LOINC Users' Guide, appendix). */
export function isLoinc(code: string): boolean {
  return /^\d{1,7}-\d$/.test(code) && isLuhn(code.replace("-", ""));
}
