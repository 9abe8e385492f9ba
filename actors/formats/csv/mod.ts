import { defineFormat } from "../../../runtime/contract/format.ts";
import { config } from "./_spec.ts";
import { CSV_TYPES, CsvBody } from "./csv_body.ts";
import { errors } from "./errors.ts";
import { checkPath } from "./path.ts";

export { CsvBody } from "./csv_body.ts";

/** CSV (RFC 4180) and its relatives. It has no ids, no keys of order and no answers of its own. */
export default defineFormat({
  name: "csv",
  about: "Tables as text, one row a line: CSV, tab-separated values and the like, read and changed by path.",
  contentTypes: CSV_TYPES,
  config,
  errors: errors.faults,
  parse: (bytes, { config, contentType }) => CsvBody.parse(bytes, config, contentType),
  create: (what, _facts, { config }) => CsvBody.create(namesIn(what), config),
  checkPath,
  batch: {
    name: "csv",
    contentType: CSV_TYPES[0],
    join(payloads, _facts, { config }) {
      if (payloads.length === 0) return new Uint8Array();
      return CsvBody.join(payloads.map((payload) => CsvBody.parse(payload, config))).toBytes();
    },
    split(bytes, { config }) {
      if (config.each !== "row") return undefined;
      // What is wrong with one row is for that row alone to be refused for.
      const rows = CsvBody.parse(bytes, { ...config, ragged: "allow", columns: {} }).split("[*]");
      // A row alone, such as one that a person has corrected, is a message.
      if (rows.length === 1) return undefined;
      return { count: rows.length, messages: bytesOf(rows), warnings: [] };
    },
  },
});

function* bytesOf(rows: readonly CsvBody[]): Iterable<Uint8Array> {
  for (const row of rows) yield row.toBytes();
}

/** Names of columns, as in `MRN, Family name`. */
function namesIn(what: string): readonly string[] {
  return what.trim() === "" ? [] : what.split(",").map((name) => name.trim());
}
