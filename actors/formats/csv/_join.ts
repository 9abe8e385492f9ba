import { LongList } from "../../../runtime/contract/long_list.ts";
import { isLineBreak } from "./_dialect.ts";
import { columnsOf, type Table } from "./_table.ts";

/**
 * The rows of all tables under one header, in order: the columns of the first, then those that only later ones have.
 * Rows that need no field moved or added stay as they are. At least one table.
 */
export function joinTables(tables: readonly Table[]): Table {
  const [first] = tables, { newline } = first.parts;
  const names = [...new Set(tables.flatMap((table) => table.names))];
  const { parts: { header } } = names.slice(first.names.length).reduce(
    (table, name) => table.withColumn(name),
    first.with({ rows: LongList.of<string>([]) }),
  );
  return first.with({
    header: ended(header, newline),
    columns: columnsOf(names),
    rows: LongList.of(
      tables.flatMap((table) => Array.from(rowsUnder(names, table), (row) => ended(row, newline))),
    ),
  });
}

/** The rows of a table with a field for each of the names, in order; fields without a name come last. */
function rowsUnder(names: readonly string[], { parts, names: own, dialect }: Table): Iterable<string> {
  if (own.length === names.length && own.every((name, at) => name === names[at])) return parts.rows;
  const sources = names.map((name) => parts.columns.get(name) ?? -1);
  return Array.from(parts.rows, (row) => {
    const { fields, end } = dialect.split(row);
    const moved = [...sources.map((column) => fields[column] ?? ""), ...fields.slice(own.length)];
    // Several names, or this table would have the one, so that no row turns into a blank line.
    return dialect.join({ fields: moved, end })!;
  });
}

function ended(row: string, newline: string): string {
  return row === "" || isLineBreak(row.at(-1)) ? row : row + newline;
}
