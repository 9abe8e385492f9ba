import { defineTransformer, type PrepareTools } from "../../runtime/contract/actor.ts";
import type { AnswerFacts, Format } from "../../runtime/contract/format.ts";
import { hasPaths, type Message, type PathBody } from "../../runtime/contract/message.ts";
import { type Config, list, map, record, text } from "../../runtime/contract/spec.ts";
import { fill, type Scope, type Template, Templates } from "./_template.ts";

const ABOUT = "Makes a message of another format, or of another type.";
const VALUE = text("A template: text, with values of the message in braces.");

const config = record(ABOUT, {
  set: map("The values by path of the new message, written in order.", "path", VALUE, { default: {} }),
  each: list(
    "What is written once for each of several things.",
    record("One kind of thing.", {
      for: text("The path of the things. Paths in the templates are relative to each of them."),
      set: map(
        "The values by path of the new message; {n} in a path is the number of the thing.",
        "path",
        VALUE,
      ),
    }),
    { default: [] },
  ),
}, {
  others: { names: "format", item: text("What to make, in the words of the format: ADT^A04.") },
  example: { hl7v2: "ADT^A04", set: { "PID-3.1": "{$.mrn}", "PID-5.1": "{$.family}" } },
});

/**
 * Makes a message of another format out of one of any format. What the format says every message of its kind must have
 * is there from the start; everything else is written by path.
 *
 * ```yaml
 * - build:
 *     hl7v2: ORU^R01
 *     set: { PID-3.1: "{$.mrn}", PID-5.1: "{$.family}", PID-7: "{$.born|date yyyyMMdd}" }
 *     each:
 *       - for: "$.results[*]"
 *         set: { "OBX[{n}]-1": "{n}", "OBX[{n}]-3.1": "{@.code}", "OBX[{n}]-5": "{@.value}" }
 * - build:
 *     json: ""
 *     set: { $.patient: "{PID-3.1}" }
 *     each:
 *       - for: OBX
 *         set: { "$.lines[{n0}].code": "{OBX-3.1}", "$.lines[{n0}].value": "{OBX-5}" }
 * ```
 *
 * Values are templates, as in `set`; where a value is absent nothing is written. Within `each`, paths in the templates
 * are relative to the thing of the round, `{n}` is its number from 1 and `{n0}` from 0, in values and in paths.
 *
 * The format names the new message after this one, so that a replay gives the same; the parts of a split message get a
 * name each.
 */
export default defineTransformer({
  name: "build",
  about: ABOUT,
  config,
  errors: {
    BUILD_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot build: the body has no paths, parse it first",
    },
    BUILD_FORMAT_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot build: expected set, each and the name of one format, and found {count} other names",
    },
    BUILD_FORMAT_UNKNOWN: { blame: "operator", retry: "never", says: "Cannot build: no format {format}" },
    BUILD_FORMAT_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot build: nothing can be made from scratch in format {format}",
    },
  },
  gives: (config) => kindOf(config)[0]?.[0] ?? "",
  prepare(tools) {
    const { config, body, fail } = tools;
    const kinds = kindOf(config);
    if (kinds.length !== 1) fail("BUILD_FORMAT_MISSING", { count: kinds.length });
    const [[name, what]] = kinds;
    const format = formatOf(name, tools);
    const create = (facts: AnswerFacts): PathBody => {
      const made = format.create(what, facts);
      return made && hasPaths(made) ? made : fail("BUILD_FORMAT_UNSUPPORTED", { format: name });
    };
    // Once now, so that a kind the format does not know is found before the first message.
    create({ id: "", atMs: 0 });

    const templates = new Templates(tools);
    const values = Object.entries(config.set).map(([path, value]): Written => {
      format.checkPath(path, "write");
      return [path, templates.compile(value, path)];
    });
    const rounds = config.each.map(({ for: things, set }) => {
      body?.checkPath(things, "read");
      return { things, values: Object.entries(set).map(([path, value]) => inRounds(path, value)) };
    });
    return { templates, create, values, rounds };

    function inRounds(path: string, value: string): Written {
      const target = templates.compileTarget(path);
      const first = { round: { place: "", number: 1 } } as Scope;
      format.checkPath(fill(target, first) ?? "", "write");
      return [target, templates.compile(value, path, "each")];
    }
  },
  transform(message: Message, { prepared: { templates, create, values, rounds }, state, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("BUILD_BODY_UNSUPPORTED");
    return templates.run(message, body, state, (scope) => {
      let made = write(values, create(factsOf(message)), scope);
      for (const { things, values } of rounds) {
        body.places(things).forEach((place, at) => {
          made = write(values, made, { ...scope, round: { place, number: at + 1 } });
        });
      }
      return message.derive({ body: made });
    });
  },
});

type Written = readonly [target: Template, value: Template];

/** The names that are none of its own settings, with what stands behind them. */
function kindOf({ set: _set, each: _each, ...others }: Config<typeof config>): readonly [string, string][] {
  return Object.entries(others).map(([name, what]) => [name, String(what)]);
}

function formatOf(
  name: string,
  { formats, fail }: Pick<PrepareTools<typeof config, "BUILD_FORMAT_UNKNOWN">, "formats" | "fail">,
): Format {
  try {
    return formats(name);
  } catch (cause) {
    return fail("BUILD_FORMAT_UNKNOWN", { format: name }, cause);
  }
}

function write(values: readonly Written[], body: PathBody, scope: Scope): PathBody {
  let made = body;
  for (const [target, template] of values) {
    const value = fill(template, scope), path = fill(target, scope);
    if (value !== undefined && path !== undefined) made = made.with(path, value);
  }
  return made;
}

/** The parts of a split message share its id: what is made of them must not share a control id. */
function factsOf({ id, receivedAtMs, metadata: { part } }: Message): AnswerFacts {
  return { id: part === undefined ? id : `${id}-${part}`, atMs: receivedAtMs };
}
