import { decimalsOf } from "../types/amounts.ts";
import type { Reading } from "./reading.ts";

/** How sure a value is of which a point seems to be lost, and one whose point was put back where it has to be. */
const LOST = 0.3;
const PUT_BACK = 0.97;
/** Share of a point's room from which on one is missing. */
const POINT_SHARE = 0.6;

/** What one pass read of a result and of its range, in one row. */
export interface Measured {
  readonly value: Reading | undefined;
  readonly range: Reading | undefined;
  /** Results of this test have decimals. */
  readonly hasDecimals: boolean;
}

/**
 * A point is what is lost first, and what is left looks like a number. Its room stays, though: a result or range that is
 * wider than its digits has lost one. Where the other of them says how many decimals there are, it is put back.
 */
export function settleDecimals(rows: readonly Measured[]): readonly Measured[] {
  const base = usualSpare(rows);
  return rows.map(({ value, range, hasDecimals }) => {
    const spare = range && spareOf(range, base);
    const doubtWhole = (reading: Reading) => hasDecimals && isWhole(reading) ? doubted(reading) : reading;
    return {
      hasDecimals,
      value: value && doubtWhole(
        settled(
          value,
          isLost(value, value.spare, 1),
          range && !isLost(range, spare, 2) ? rangeDecimals(range) : undefined,
        ),
      ),
      range: range && doubtWhole(
        settled(
          range,
          isLost(range, spare, 2),
          value && !isLost(value, value.spare, 1) ? numberDecimals(value) : undefined,
        ),
      ),
    };
  });
}

/** Doubts a number that is wider than its digits, where nothing else tells its decimals. */
export function doubtLostPoint(reading: Reading): Reading {
  return settled(reading, isLost(reading, reading.spare, 1), undefined);
}

const isWhole = ({ value }: Reading) => value !== null && /^[<>=]*\d+(-\d+)?$/.test(value);

function isLost(reading: Reading, spare: number | undefined, points: number): boolean {
  if (spare === undefined || reading.value === null || reading.point === undefined) return false;
  if (!isWhole(reading)) return false;
  return spare > reading.point * POINT_SHARE * points;
}

function settled(reading: Reading, isLost: boolean, decimals: number | undefined): Reading {
  const { value } = reading;
  if (value === null) return reading;
  const own = /\d-/.test(value) ? rangeDecimals(reading) : numberDecimals(reading);
  if (!isLost) return own === 0 && decimals !== undefined && decimals > 0 ? doubted(reading) : reading;
  if (decimals === undefined || decimals === 0) return doubted(reading);
  return {
    ...reading,
    value: value.replace(/\d+/g, (digits) => pointed(digits, decimals)),
    confidence: reading.confidence * PUT_BACK,
    notes: [...reading.notes, "decimals", "repaired"],
  };
}

const doubted = (reading: Reading): Reading => ({
  ...reading,
  confidence: Math.min(reading.confidence, LOST),
  notes: [...reading.notes, "decimals"],
});

function pointed(digits: string, decimals: number): string {
  const long = digits.padStart(decimals + 1, "0");
  return `${long.slice(0, -decimals)}.${long.slice(-decimals)}`;
}

function numberDecimals({ value }: Reading): number | undefined {
  return value !== null && /^[<>=]*-?\d+(\.\d+)?$/.test(value) ? decimalsOf(value) : undefined;
}

/** Undefined where its ends have not the same. */
function rangeDecimals({ value }: Reading): number | undefined {
  const counts = (value?.match(/\d+(\.\d+)?/g) ?? []).map(decimalsOf);
  return counts.length > 0 && counts.every((count) => count === counts[0]) ? counts[0] : undefined;
}

/** A hyphen has more room in some layouts: what ranges have beyond their digits where nothing is lost. */
function usualSpare(rows: readonly Measured[]): number | undefined {
  const sure = rows.filter(({ value, range }) => {
    if (!value || !range || range.spare === undefined || !range.isOneWord) return false;
    const decimals = rangeDecimals(range);
    return decimals !== undefined && decimals === numberDecimals(value) && !isLost(value, value.spare, 1);
  }).map(({ range }) => range!.spare!);
  sure.sort((a, b) => a - b);
  return sure[sure.length >> 1];
}

function spareOf(range: Reading, usual: number | undefined): number | undefined {
  if (range.spare === undefined) return undefined;
  if (!range.isOneWord) return range.spare;
  return usual === undefined ? undefined : range.spare - usual;
}
