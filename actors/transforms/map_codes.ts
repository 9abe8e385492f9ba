import { defineTransformer } from "../../runtime/contract/actor.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { hasPaths, type Message, type PathBody } from "../../runtime/contract/message.ts";
import { choice, list, map, path, text } from "../../runtime/contract/spec.ts";
import { type CodeTable, readCsvTable, readYamlTable, TableError } from "./_code_table.ts";

/**
 * Writes codes of one code system as codes of another, by a table.
 *
 * ```yaml
 * - map_codes: { path: OBX-3.1, table: ./loinc.csv }
 * - map_codes: { path: [PID-8, NK1-15], table: ./sex.yaml, unmapped: default, default: U }
 * - map_codes:
 *     path: OBX-3.1
 *     table: ./loinc.csv
 *     from: local
 *     to: loinc
 *     into: OBX-3.4
 *     also: { OBX-3.5: name, OBX-3.6: system }
 *     unmapped: keep
 * ```
 *
 * A path that leaves an index out, or says `[*]`, maps every occurrence; an absent value is none. `into` and `also` are
 * paths as they read at the code that is mapped: at the second OBX, `OBX-3.4` is `OBX[2]-3.4`. What stands beside a code
 * in JSON is best reached in a loop: `for each "$.items[*]"`, with `@.code` and `@.name`.
 *
 * The table is CSV whose first line names its columns, or YAML (`.yaml`, `.yml`) with `code: code`. It is read again
 * when it has changed; while it is broken, the one before stays in use. A code that is not in the table puts the
 * message in quarantine, unless `unmapped` says `keep` or `default`.
 */
export default defineTransformer({
  name: "map_codes",
  about: "Writes codes of one code system as codes of another, by a table.",
  config: {
    path: list("The paths of the codes.", text("The path."), { orOne: true, example: "OBX-3.1" }),
    table: path("The table: CSV whose first line names its columns, or YAML.", {
      expects: "file",
      example: "./loinc.csv",
    }),
    from: text("The column the codes are found in; the first where left out.", { optional: true }),
    to: text("The column of what is written; the second where left out.", { optional: true }),
    into: text("The path to write to, as it reads at the code; the code's own where left out.", {
      optional: true,
    }),
    also: map("Columns to write besides, by path, as it reads at the code.", "path", text("The column."), {
      default: {},
    }),
    unmapped: choice(
      "What becomes of a code that is not in the table.",
      ["quarantine", "keep", "default"],
      { default: "quarantine" },
    ),
    default: text("What to write for a code that is not in the table.", { optional: true }),
  },
  errors: {
    MAP_CODES_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot map codes: the body has no paths, parse it first",
    },
    MAP_CODES_CODE_UNMAPPED: {
      blame: "operator",
      retry: "never",
      says: "Cannot map codes: the code at {path} is not in the table",
    },
    MAP_CODES_TABLE_UNREADABLE: {
      blame: "operator",
      retry: "never",
      says: "Cannot map codes: {table} is not a readable text file",
    },
    MAP_CODES_TABLE_INVALID: {
      blame: "operator",
      retry: "never",
      says: "Cannot map codes: {table} is no table of codes, {reason}",
    },
    MAP_CODES_DEFAULT_INVALID: {
      blame: "operator",
      retry: "never",
      says: "Cannot map codes: default is written with unmapped: default, and not without it",
    },
  },
  async prepare({ config, body, live, fail }) {
    const { table: file, from, to, into, also, unmapped } = config;
    if ((unmapped === "default") !== (config.default !== undefined)) fail("MAP_CODES_DEFAULT_INVALID");
    for (const path of config.path) body?.checkPath(path, "read");
    const extra = Object.entries(also);
    for (const path of [...into === undefined ? [] : [into], ...extra.map(([path]) => path)]) {
      body?.checkPath(path, "write");
    }
    const isYaml = /\.ya?ml$/i.test(file);
    if (isYaml && (from !== undefined || to !== undefined || extra.length > 0)) {
      fail("MAP_CODES_TABLE_INVALID", { table: file, reason: "YAML has no columns" });
    }
    const parse = isYaml ? await yamlParser() : undefined;
    const read = (content: string): CodeTable => {
      try {
        return parse
          ? readYamlTable(content, parse)
          : readCsvTable(content, from, [to, ...extra.map(([, column]) => column)]);
      } catch (cause) {
        if (!(cause instanceof TableError)) throw cause;
        return fail("MAP_CODES_TABLE_INVALID", { table: file, reason: cause.message });
      }
    };
    const table = await live(file, read).catch((cause) => {
      if (cause instanceof MitralError) throw cause;
      return fail("MAP_CODES_TABLE_UNREADABLE", { table: file }, cause);
    });
    return { table, targets: [into, ...extra.map(([path]) => path)] };
  },
  transform(message: Message, { config, prepared: { table, targets }, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("MAP_CODES_BODY_UNSUPPORTED");
    let changed = body;
    for (const path of config.path) {
      for (const place of body.places(path)) {
        const code = body.get(place);
        if (code === undefined) continue;
        const cells = table.value.get(code) ?? unknown(path);
        cells.forEach((cell, at) => {
          changed = changed.with(targetAt(place, targets[at], body), cell);
        });
      }
    }
    return message.derive({ body: changed });

    /** What is written for a code that is not in the table. */
    function unknown(path: string): readonly string[] {
      if (config.default !== undefined) return [config.default];
      return config.unmapped === "keep" ? [] : fail("MAP_CODES_CODE_UNMAPPED", { path });
    }
  },
});

/** Where to write for a code; `@` is the place of a loop around this step, not that of the code. */
function targetAt(place: string, target: string | undefined, body: PathBody): string {
  if (target === undefined) return place;
  return target.startsWith("@") ? target : body.resolve(target, place);
}

/** Loaded only where a table is YAML. All scalars are strings. */
async function yamlParser(): Promise<(text: string) => unknown> {
  const { parse } = await import("yaml");
  return (text) => parse(text, { schema: "failsafe" });
}
