import { assert, assertThrows } from "@std/assert";
import csv, { type CsvBody } from "../../../../actors/formats/csv/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { bindFormat, type Format } from "../../../../runtime/contract/format.ts";
import type { ConfigInput } from "../../../../runtime/contract/spec.ts";
import { configOf } from "../../../world/tools.ts";

/** What a test may tell the format. */
export type CsvSettings = ConfigInput<typeof csv.config>;

/** What an answer or a new table is made from. */
export const FACTS = { id: "0192f3a4-b5c6-7abc-8def-0123456789ab", atMs: 1_771_140_612_000 };

/** The format with some settings. */
export function csvWith(settings: CsvSettings = {}): Format<CsvBody> {
  return bindFormat(csv, configOf(csv.config, settings));
}

/** The table of a text in UTF-8. */
export function parse(text: string, settings?: CsvSettings): CsvBody {
  return csvWith(settings).parse(new TextEncoder().encode(text));
}

/** A table as it goes out, in UTF-8, a byte order mark included. */
export function written(body: { toBytes(): Uint8Array }): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(body.toBytes());
}

/** The declared error a call fails with. */
export function errorOf(call: () => unknown): MitralError {
  const error = assertThrows(call, MitralError);
  assert(error.code in csv.errors, `${error.code} is not declared`);
  return error;
}

/** The code of the declared error a call fails with. */
export function codeOf(call: () => unknown): string {
  return errorOf(call).code;
}
