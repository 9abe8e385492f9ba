/** The invoice of a practice that does not exist, for a patient who does not either. */

/** A piece of text on the page, in points from its top left corner: 72 are an inch. */
export interface Piece {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly points: number;
}

export const insuranceId = "448210975";
/** Somebody put a cup down on that number. */
export const stain = { x: 156, y: 182, radius: 10 } as const;

const patient = [["Patient Name", "Okonkwo, Chidi"], ["Date of Birth", "11/21/1988"], [
  "MRN",
  "200532",
]] as const;
const bill = [["Invoice No", "20260731"], ["Invoice Date", "01/07/2026"]] as const;
const columns = [54, 130, 190, 350, 410, 460, 530] as const;
const table = [
  ["Date", "CPT", "Description", "Dx", "Qty", "Price", "Amount"],
  ["01/05/2026", "99213", "Office visit, established", "E11.9", "1", "120.00", "120.00"],
  ["01/05/2026", "80061", "Lipid panel", "E78.5", "1", "35.00", "35.00"],
  ["01/05/2026", "96372", "Therapeutic injection", "E11.9", "2", "42.50", "85.00"],
] as const;

/** All that stands on the page. */
export const invoice: readonly Piece[] = [
  { x: 54, y: 60, text: "LARKSPUR FAMILY PRACTICE", points: 16 },
  { x: 54, y: 78, text: "214 Mill Road, Anytown   Phone (555) 010-0142   NPI 1234567893", points: 10 },
  { x: 440, y: 60, text: "INVOICE", points: 18 },
  ...patient.map(([label, value], at) => ({
    x: 54,
    y: 120 + at * 20,
    text: `${label}:   ${value}`,
    points: 11,
  })),
  ...bill.map(([label, value], at) => ({
    x: 340,
    y: 120 + at * 20,
    text: `${label}:   ${value}`,
    points: 11,
  })),
  { x: 54, y: 185, text: `Insurance ID:   ${insuranceId}`, points: 11 },
  ...table.flatMap((row, at) =>
    row.map((text, of) => ({ x: columns[of], y: 225 + at * 22, text, points: 10 }))
  ),
  { x: 425, y: 335, text: "Total Due:   $240.00", points: 12 },
  { x: 54, y: 400, text: "Payment is due within thirty days. Thank you.", points: 10 },
];
