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
  },
});

/** Names of columns, as in `MRN, Family name`. */
function namesIn(what: string): readonly string[] {
  return what.trim() === "" ? [] : what.split(",").map((name) => name.trim());
}
