/** People, services and findings that nobody has: the same ones for the same seed. */

/** Chooses; every choice follows from the seed. */
export interface Dice {
  /** Between 0 and 1, 1 excluded. */
  share(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  /** One of them. */
  pick<T>(of: readonly T[]): T;
  /** Several of them, each once, in any order. */
  some<T>(count: number, of: readonly T[]): T[];
  /** So many digits, the first no zero. */
  digits(count: number): string;
}

export function dice(seed: number): Dice {
  // xorshift, 32 bits: zero would stay zero.
  let state = (seed * 2654435761) >>> 0 || 1;
  const share = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
  for (let warm = 0; warm < 8; warm++) share();
  const whole = (from: number, to: number) => from + Math.floor(share() * (to - from + 1));
  return {
    share,
    whole,
    pick: (of) => of[whole(0, of.length - 1)],
    some(count, of) {
      const left = [...of];
      return Array.from(
        { length: Math.min(count, of.length) },
        () => left.splice(whole(0, left.length - 1), 1)[0],
      );
    },
    digits: (count) => String(whole(1, 9)) + Array.from({ length: count - 1 }, () => whole(0, 9)).join(""),
  };
}

/** Year, month from 1, day. */
export type Day = readonly [year: number, month: number, day: number];

const two = (number: number) => String(number).padStart(2, "0");
const months = "January February March April May June July August September October November December".split(
  " ",
);

/** `YYYYMMDD`, as truth has it. */
export const normal = ([year, month, day]: Day) => `${year}${two(month)}${two(day)}`;
/** How pages write a day. */
export const written = {
  us: ([year, month, day]: Day) => `${two(month)}/${two(day)}/${year}`,
  usShort: ([year, month, day]: Day) => `${month}/${day}/${year}`,
  usTwo: ([year, month, day]: Day) => `${two(month)}/${two(day)}/${two(year % 100)}`,
  dashes: ([year, month, day]: Day) => `${two(month)}-${two(day)}-${year}`,
  dayMonth: ([year, month, day]: Day) => `${two(day)}-${months[month - 1].slice(0, 3)}-${year}`,
  long: ([year, month, day]: Day) => `${months[month - 1]} ${day}, ${year}`,
  iso: ([year, month, day]: Day) => `${year}-${two(month)}-${two(day)}`,
};

/** Cents as truth has them: `1234.50`. */
export const cents = (amount: number) => (amount / 100).toFixed(2);
/** Cents as pages have them: `1,234.50`. */
export const money = (amount: number) => cents(amount).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

export interface Person {
  readonly given: string;
  readonly middle: string;
  readonly family: string;
  readonly born: Day;
  readonly sex: "M" | "F";
}

const given = {
  F: [
    "Annette",
    "Bridget",
    "Carmela",
    "Deborah",
    "Farida",
    "Hyacinth",
    "Joanne",
    "Louisa",
    "Priya",
    "Sigrid",
  ],
  M: [
    "Alonzo",
    "Bernard",
    "Clifford",
    "Desmond",
    "Everett",
    "Hamish",
    "Julio",
    "Leopold",
    "Quentin",
    "Rashad",
  ],
};
const families = [
  "Abernathy",
  "Castellanos",
  "D'Amico",
  "Engstrom",
  "Garrison-Pike",
  "Holloway",
  "Kowalczyk",
  "MacPherson",
  "Nwosu",
  "Pemberton",
  "Quiroga",
  "Rutherford",
  "Takahashi",
  "Vandermeer",
  "Whitcomb",
];

export function person(of: Dice): Person {
  const sex = of.pick(["M", "F"] as const);
  return {
    sex,
    given: of.pick(given[sex]),
    middle: of.pick(["B", "C", "E", "L", "P", "R"]),
    family: of.pick(families),
    born: [of.whole(1931, 2012), of.whole(1, 12), of.whole(1, 28)],
  };
}

export const inOrder = (who: Person) => `${who.given} ${who.middle} ${who.family}`;
export const shortName = (who: Person) => `${who.given} ${who.family}`;
export const familyFirst = (who: Person) => `${who.family}, ${who.given} ${who.middle}`;
export const capitals = (who: Person) => familyFirst(who).toUpperCase();

/** A day of this year. */
export const recent = (of: Dice): Day => [2026, of.whole(1, 10), of.whole(1, 28)];

/** A national provider identifier that passes its check (Luhn, prefix 80840). */
export function npi(of: Dice): string {
  const body = "1" + of.digits(8);
  let sum = 24;
  for (let at = 0; at < 9; at++) {
    const digit = Number(body[8 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return body + String((10 - (sum % 10)) % 10);
}

export interface Service {
  readonly day: Day;
  readonly code: string;
  readonly text: string;
  readonly diagnosis: string;
  readonly count: number;
  readonly price: number;
  readonly amount: number;
}

const services: readonly (readonly [code: string, text: string, price: number])[] = [
  ["99203", "New patient visit, 30 minutes", 16480],
  ["99212", "Established patient, brief visit", 7950],
  ["99215", "Established patient, high complexity", 24610],
  ["80061", "Lipid panel", 3640],
  ["84443", "Thyroid stimulating hormone", 4490],
  ["81003", "Urinalysis, automated", 950],
  ["87880", "Strep A rapid test", 2735],
  ["73562", "Radiograph of knee, three views", 11825],
  ["76700", "Ultrasound of abdomen, complete", 31260],
  ["94010", "Spirometry", 7415],
  ["11102", "Tangential biopsy of skin, single lesion", 17340],
  ["17000", "Destruction of premalignant lesion", 10295],
  ["69210", "Removal of impacted cerumen", 8805],
  ["90686", "Influenza vaccine, quadrivalent, preservative free", 2460],
  ["96372", "Therapeutic injection, subcutaneous or intramuscular", 3875],
  ["G0439", "Annual wellness visit, subsequent", 14020],
  ["J3420", "Vitamin B-12 injection, up to 1000 mcg", 640],
  ["97140", "Manual therapy techniques, 15 minutes", 5185],
  ["97530", "Therapeutic activities, 15 minutes", 6030],
  ["99395", "Preventive visit, 18 to 39 years", 18975],
];
const diagnoses = [
  "E78.5",
  "M25.561",
  "J02.9",
  "L57.0",
  "R10.9",
  "Z23",
  "H61.23",
  "E03.9",
  "M54.50",
  "K21.9",
  "J44.1",
];

export function servicesOf(of: Dice, count: number): Service[] {
  return of.some(count, services).map(([code, text, price]) => {
    const units = code.startsWith("97") ? of.whole(1, 4) : of.pick([1, 1, 1, 2]);
    return {
      day: recent(of),
      code,
      text,
      diagnosis: of.pick(diagnoses),
      count: units,
      price,
      amount: units * price,
    };
  });
}

export interface Finding {
  readonly name: string;
  readonly loinc: string;
  readonly value: string;
  readonly flag: string;
  readonly range: string;
  readonly unit: string;
}

/** Name, LOINC, low, high, decimals, unit: as laboratories commonly print them. */
const analytes: readonly (readonly [string, string, number, number, number, string])[] = [
  ["Glucose", "2345-7", 65, 99, 0, "mg/dL"],
  ["Urea Nitrogen", "3094-0", 6, 24, 0, "mg/dL"],
  ["Creatinine", "2160-0", 0.57, 1.25, 2, "mg/dL"],
  ["Sodium", "2951-2", 134, 144, 0, "mmol/L"],
  ["Potassium", "2823-3", 3.5, 5.2, 1, "mmol/L"],
  ["Chloride", "2075-0", 96, 106, 0, "mmol/L"],
  ["Calcium", "17861-6", 8.7, 10.2, 1, "mg/dL"],
  ["Magnesium", "19123-9", 1.6, 2.6, 1, "mg/dL"],
  ["Alkaline Phosphatase", "6768-6", 44, 121, 0, "U/L"],
  ["AST", "1920-8", 10, 40, 0, "U/L"],
  ["ALT", "1742-6", 9, 46, 0, "U/L"],
  ["Cholesterol", "2093-3", 100, 199, 0, "mg/dL"],
  ["Triglycerides", "2571-8", 30, 149, 0, "mg/dL"],
  ["HDL Cholesterol", "2085-9", 40, 90, 0, "mg/dL"],
  ["Hemoglobin A1c", "4548-4", 4.8, 5.6, 1, "%"],
  ["Leukocytes", "6690-2", 3.4, 10.8, 1, "10*3/uL"],
  ["Erythrocytes", "789-8", 3.77, 5.8, 2, "10*6/uL"],
  ["Hemoglobin", "718-7", 11.1, 17.7, 1, "g/dL"],
  ["Hematocrit", "4544-3", 34.0, 51.0, 1, "%"],
  ["MCV", "787-2", 79, 97, 0, "fL"],
  ["Platelets", "777-3", 150, 450, 0, "10*3/uL"],
  ["Ferritin", "2276-4", 15, 150, 0, "ng/mL"],
  ["TSH", "3016-3", 0.45, 4.5, 2, "uIU/mL"],
];

export function findingsOf(of: Dice, count: number, dash = "-"): Finding[] {
  return of.some(count, analytes).map(([name, loinc, low, high, decimals, unit]) => {
    const spread = (high - low) * 0.3;
    const value = Math.max(low * 0.4, low - spread + of.share() * (high - low + 2 * spread)).toFixed(
      decimals,
    );
    const flag = Number(value) < low ? "L" : Number(value) > high ? "H" : "";
    return {
      name,
      loinc,
      value,
      flag,
      range: `${low.toFixed(decimals)}${dash}${high.toFixed(decimals)}`,
      unit,
    };
  });
}
