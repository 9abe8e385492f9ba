import type {
  ComponentDefinition,
  FieldDefinition,
  Optionality,
  SegmentDefinition,
  TableDefinition,
  TypeDefinition,
} from "./definition.ts";

/*
 * A segment, a type or a table is one line, so that nothing is decoded before it is asked for, and a person can read
 * and mend it:
 *
 *     "PID": "0Patient Identification|0Set ID - PID^SI^^4~9^^^-|…|0Sex^IS^^1^0001~2Administrative Sex~6^CWE^^-|…"
 *
 * `|` parts the head and the fields, `~` what a field was from which version on. Each of these starts with the version,
 * its place in VERSIONS as one digit of base 16, and goes on with name, type, optionality, length, table, repetitions,
 * parted by `^`. What is left out is as in the version before; at first it is optional, of no length, without a table
 * and does not repeat. A `-` takes a fact away again; alone it ends the field, the component or the whole.
 *
 * A table is its name, with `^H` where HL7 defines the codes, and each code with what it stands for.
 */

type Facts = readonly string[];

/** The segment of a line in a version; `undefined` where the version does not have it. */
export function decodeSegment(id: string, line: string, version: number): SegmentDefinition | undefined {
  const entry = decodeEntry(line, version);
  return entry && { id, name: entry.name, fields: entry.parts.map(fieldOf) };
}

/** The data type of a line in a version; `undefined` where the version does not have it. */
export function decodeType(id: string, line: string, version: number): TypeDefinition | undefined {
  const entry = decodeEntry(line, version);
  return entry && { id, name: entry.name, components: entry.parts.map(componentOf) };
}

/** The table of a line. */
export function decodeTable(number: string, line: string): TableDefinition {
  const [head, ...codes] = line.split("|").map((part) => part.split("^"));
  const values = new Map(codes.map(([code, name = ""]) => [code, name]));
  return { number, name: head[0], values, isClosed: head[1] === "H" };
}

function decodeEntry(
  line: string,
  version: number,
): { readonly name: string; readonly parts: readonly Facts[] } | undefined {
  const [head, ...histories] = line.split("|");
  const facts = factsAt(head, version);
  if (facts === undefined) return undefined;
  const parts = histories.map((history) => factsAt(history, version)).filter((part) => part !== undefined);
  return { name: facts[0], parts };
}

/** Name, type, optionality, length, table and repetitions as they are in a version; `undefined` where it is not there. */
function factsAt(history: string, version: number): Facts | undefined {
  let facts: string[] | undefined;
  for (const state of history.split("~")) {
    if (parseInt(state[0], 16) > version) break;
    const told = state.slice(1).split("^");
    if (told[0] === "-") facts = undefined;
    else {
      facts ??= ["", "", "", "", "", ""];
      for (const [i, fact] of told.entries()) if (fact) facts[i] = fact === "-" ? "" : fact;
    }
  }
  return facts;
}

function componentOf([name, type, optionality, length, table]: Facts, at: number): ComponentDefinition {
  return {
    number: at + 1,
    name,
    type,
    optionality: (optionality || "O") as Optionality,
    ...(length && { length: Number(length) }),
    ...(table && { table }),
  };
}

function fieldOf(facts: Facts, at: number): FieldDefinition {
  const repetitions = facts[5];
  return {
    ...componentOf(facts, at),
    repeats: repetitions === "*" || repetitions !== "" && Number(repetitions),
  };
}
