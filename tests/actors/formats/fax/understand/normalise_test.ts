import { assertEquals } from "@std/assert";
import { normalise } from "../../../../../actors/formats/fax/understand/types/normalise.ts";

const cases: readonly (readonly [path: string, typed: string, normal: string | null])[] = [
  ["dob", "10/02/1981", "19811002"],
  ["dob", "19811002", "19811002"],
  ["dob", "1981-10-02", "19811002"],
  ["dob", "2 Oct 1981", "19811002"],
  ["dob", "02-OCT-1981", "19811002"],
  ["dob", "13/45/1981", null],
  ["dob", "1O/02/1981", null],
  ["dob", "yesterday", null],
  ["total", "1,234.50", "1234.50"],
  ["total", "$1234.5", "1234.50"],
  ["total", "12", "12.00"],
  ["total", "l2.00", null],
  ["total", "twelve", null],
  ["adjustments", "-12.00", "-12.00"],
  ["lines[2].amount", "62.20", "62.20"],
  ["lines[2].qty", "3", "3"],
  ["lines[2].date", "9/4/2026", "20260904"],
  ["lines[2].loinc", "6690-2", "6690-2"],
  ["lines[2].loinc", "6690-3", null],
  ["lines[2].dx", "N39.0", "N39.0"],
  ["lines[1].desc", " Venipuncture,  routine ", "Venipuncture,  routine"],
  ["mrn", "0042", "0042"],
  ["total", "", ""],
];

for (const [path, typed, normal] of cases) {
  Deno.test(`of "${typed}" for ${path} a person means ${normal === null ? "no such value" : `"${normal}"`}`, () => {
    assertEquals(normalise(path, typed), normal);
  });
}
