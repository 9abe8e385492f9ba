import type { Database, Statement } from "./database.ts";

/**
 * A database that prepares each statement once. For one whose statements are few kinds, whatever is asked: they are never
 * forgotten.
 */
export function preparedOnce(database: Database): Database {
  const prepared = new Map<string, Statement>();
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      let statement = prepared.get(sql);
      if (!statement) prepared.set(sql, statement = database.prepare(sql));
      return statement;
    },
    close: () => database.close(),
  };
}
