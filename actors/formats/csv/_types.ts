/** Types of columns. A value is checked, never changed. */

const DATES = ["yyyy{}MM{}dd", "dd{}MM{}yyyy", "MM{}dd{}yyyy"].map((date) => date.replaceAll("{}", "[-./]?"));

/** What the type of a column may be. */
export const TYPE_PATTERN = {
  matches: `text|integer|decimal( comma)?|boolean|date( (${DATES.join("|")}))?`,
  says: "is text, integer, decimal, decimal comma, boolean, date, or date with a pattern such as dd.MM.yyyy",
} as const;

/** True where a value is of the type. */
export type IsOfType = (value: string) => boolean;

const PLAIN: Readonly<Record<string, RegExp>> = {
  "text": /^/,
  "integer": /^[+-]?\d+$/,
  "decimal": /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/,
  "decimal comma": /^[+-]?(?:\d+(?:,\d*)?|,\d+)$/,
  "boolean": /^(?:true|false|yes|no|[tfyn01])$/i,
};

/** The check of a type that matches {@linkcode TYPE_PATTERN}. */
export function isOfType(type: string): IsOfType {
  const plain = PLAIN[type];
  return plain ? (value) => plain.test(value) : isDate(type.slice("date ".length) || "yyyy-MM-dd");
}

function isDate(pattern: string): IsOfType {
  const form = new RegExp(
    `^${
      pattern.replaceAll(".", "\\.")
        .replace("yyyy", "(?<year>\\d{4})").replace("MM", "(?<month>\\d\\d)").replace("dd", "(?<day>\\d\\d)")
    }$`,
  );
  return (value) => {
    const parts = form.exec(value)?.groups;
    return parts !== undefined && isInCalendar(`${parts.year}-${parts.month}-${parts.day}`);
  };
}

function isInCalendar(date: string): boolean {
  try {
    Temporal.PlainDate.from(date);
    return true;
  } catch {
    return false;
  }
}
