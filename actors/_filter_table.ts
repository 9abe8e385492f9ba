/**
 * The values of a table: the first column of each line. Cells may be quoted as in RFC 4180; blanks around an unquoted
 * cell, empty lines and lines that begin with `#` are left out. A header needs no mark: it is one more value, which no
 * message has.
 */
export function readTable(text: string): readonly string[] {
  const values: string[] = [];
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) {
    if (line.startsWith("#")) continue;
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?:,|$)/.exec(line);
    const value = quoted ? quoted[1].replaceAll('""', '"') : line.split(",", 1)[0].trim();
    if (value !== "") values.push(value);
  }
  return values;
}
