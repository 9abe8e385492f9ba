import { decodeSegment, decodeTable, decodeType } from "./_decode.ts";
import type { SegmentDefinition, TableDefinition, TypeDefinition } from "./definition.ts";
import segments from "./segments.json" with { type: "json" };
import tables from "./tables.json" with { type: "json" };
import types from "./types.json" with { type: "json" };
import { newestVersion, versionOf, VERSIONS } from "./version.ts";

type Lines = Readonly<Record<string, string>>;
type Decode<T> = (key: string, line: string, version: number) => T | undefined;

const segmentAt = lookUp(segments, decodeSegment);
const typeAt = lookUp(types, decodeType);
const tableAt = lookUp(tables, decodeTable);

/**
 * What HL7 says of a segment in a version, as MSH-12 names it ({@linkcode versionOf}); `undefined` for a segment the
 * version does not have, among them every Z-segment.
 */
export function segmentDefinition(
  id: string,
  version: string = newestVersion,
): SegmentDefinition | undefined {
  return segmentAt(id, placeOf(version));
}

/** What HL7 says of a data type in a version; `undefined` for one the version does not have. */
export function typeDefinition(type: string, version: string = newestVersion): TypeDefinition | undefined {
  return typeAt(type, placeOf(version));
}

/** The codes of a table over all versions, by its number of four digits (`"0001"`); `undefined` where none are known. */
export function tableDefinition(table: string): TableDefinition | undefined {
  return tableAt(table, 0);
}

/** Ids of every segment of a version, sorted. */
export function segmentIds(version: string = newestVersion): readonly string[] {
  return Object.keys(segments).filter((id) => segmentDefinition(id, version) !== undefined);
}

function placeOf(version: string): number {
  return VERSIONS.indexOf(versionOf(version));
}

/** Decodes the line of a key when it is first asked for. What is no key is not remembered: messages name anything. */
function lookUp<T>(lines: Lines, decode: Decode<T>): (key: string, version: number) => T | undefined {
  const decoded = new Map<string, T | undefined>();
  return (key, version) => {
    if (!Object.hasOwn(lines, key)) return undefined;
    const name = `${key} ${version}`;
    if (!decoded.has(name)) decoded.set(name, decode(key, lines[key], version));
    return decoded.get(name);
  };
}
