import { declareErrors } from "../../../runtime/contract/error.ts";

/** Every error of the CSV format. Rows count from 1, the header is row 0; columns count from 1. */
export const errors = declareErrors("csv", {
  CSV_CHARSET_UNKNOWN: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot read CSV: its charset is none this format reads and writes",
  },
  CSV_BYTES_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: not valid in its charset ({charset})",
  },
  CSV_DELIMITER_MISMATCHED: {
    blame: "operator",
    retry: "never",
    says: "Cannot read CSV: its content type says tabs, and the setting delimiter does not",
  },
  CSV_CHARACTER_FORBIDDEN: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: NUL in row {row}, column {column}",
  },
  CSV_QUOTE_UNCLOSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: the quote of row {row}, column {column} is never closed",
  },
  CSV_QUOTE_TRAILED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: text behind the closing quote of row {row}, column {column}",
  },
  CSV_QUOTE_STRAY: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: a quote within the unquoted field of row {row}, column {column}",
  },
  CSV_ROW_RAGGED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: row {row} has {fields} fields and the table {columns} columns",
  },
  CSV_ROWS_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take CSV: more rows than rowsMax ({rowsMax})",
  },
  CSV_COLUMNS_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take CSV: more columns than columnsMax ({columnsMax})",
  },
  CSV_COLUMN_REPEATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: columns {first} and {column} have the same name",
  },
  CSV_COLUMN_LACKING: {
    blame: "sender",
    retry: "never",
    says: "Cannot read CSV: the table lacks column {column} of the setting columns",
  },
  CSV_VALUE_MISTYPED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take CSV: the value of row {row}, column {column} is not of type {type}",
  },
  CSV_VALUE_UNWRITABLE: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot write CSV: the value for row {row}, column {column} has a character that {rule} has no place for",
  },
  CSV_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: 'Cannot use path: not of the form [2].NAME or [2]."Any name" that this call takes ({path})',
  },
  CSV_ROW_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the rows before it do not exist",
  },
  CSV_COLUMN_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the columns before it do not exist",
  },
});
