import type { LeafSteps } from "./leaf.ts";
import type { PathUse } from "../../../../runtime/contract/format.ts";
import { idOf } from "./segments.ts";
import { errors } from "../errors.ts";

/** Stands for every occurrence or repetition: `[*]`. */
export const ALL = -1;
/** Stands for an index or level the path leaves out. */
export const LEFT_OUT = 0;

/** A path `SEG[n]-F[r].C.S`, taken apart. Numbers count from 1; `0` is left out, `-1` is `[*]`. */
export interface Path {
  readonly text: string;
  readonly segment: string;
  /** The segment's id, for `Segments`. */
  readonly id: number;
  readonly occurrence: number;
  readonly field: number;
  readonly repetition: number;
  readonly component: number;
  readonly subcomponent: number;
  /** The leaf it means where one value is asked for: what is left out is 1. */
  readonly leaf: LeafSteps;
}

const INDEX = "(?:\\[([1-9]\\d{0,5}|\\*)\\])?";
const NUMBER = "([1-9]\\d{0,3})";
const SHAPE = new RegExp(`^([A-Z0-9]{3})${INDEX}(?:-${NUMBER}${INDEX}(?:\\.${NUMBER}(?:\\.${NUMBER})?)?)?$`);

/** A gateway file has far fewer paths; the bound only keeps paths made at run time from piling up. */
const COMPILED_MAX = 4096;
const compiled = new Map<string, Path>();

/** Takes a path apart. Occurrences and repetitions go up to 999999, the rest to 9999. Errors: HL7V2_PATH_INVALID. */
export function compilePath(text: string): Path {
  const known = compiled.get(text);
  if (known) return known;
  const parts = SHAPE.exec(text);
  if (!parts) return errors.fail("HL7V2_PATH_INVALID", { path: text });
  const [, segment, occurrence, field, repetition, component, subcomponent] = parts;
  const levels = {
    field: index(field),
    repetition: index(repetition),
    component: index(component),
    subcomponent: index(subcomponent),
  };
  const leaf = {
    // MSH-1 is a delimiter itself and takes no place of its own.
    part: levels.field + (segment === "MSH" ? 0 : 1),
    repetition: levels.repetition || 1,
    component: levels.component || 1,
    subcomponent: levels.subcomponent || 1,
  };
  const path = { text, segment, id: idOf(segment), occurrence: index(occurrence), ...levels, leaf };
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(text, path);
  return path;
}

function index(text: string | undefined): number {
  return text === undefined ? LEFT_OUT : text === "*" ? ALL : Number(text);
}

/** The other way round. */
export function pathText({ segment, occurrence, field, repetition, component, subcomponent }: Path): string {
  const steps = segment + indexText(occurrence);
  if (field === LEFT_OUT) return steps;
  return `${steps}-${field}${indexText(repetition)}` +
    (component === LEFT_OUT ? "" : `.${component}`) + (subcomponent === LEFT_OUT ? "" : `.${subcomponent}`);
}

function indexText(index: number): string {
  return index === LEFT_OUT ? "" : index === ALL ? "[*]" : `[${index}]`;
}

/**
 * A path as it reads for somebody who stands at a place: an occurrence it leaves out is the place's own, and so is a
 * repetition of the field the place lies in. One about another segment, or with an occurrence of its own, is returned
 * as it is. Errors: HL7V2_PATH_INVALID.
 */
export function resolvePath(text: string, placeText: string): string {
  const path = compilePath(text), place = compilePath(placeText);
  if (path.segment !== place.segment || path.occurrence !== LEFT_OUT) return text;
  const repetition = path.repetition || (path.field === place.field ? place.repetition : LEFT_OUT);
  return pathText({ ...path, occurrence: place.occurrence, repetition });
}

/** Fails where no message takes the path. Errors: HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED. */
export function checkPath(text: string, use: PathUse): void {
  const path = compilePath(text);
  if (use === "get") checkSingle(path);
  if (use === "split" && path.field !== LEFT_OUT) errors.fail("HL7V2_PATH_INVALID", { path: text });
  if (use !== "write") return;
  checkLeaf(path);
  if (isDelimiterField(path)) errors.fail("HL7V2_DELIMITERS_FIXED", { path: text });
}

/** Fails where a path is none of a leaf that can be written. Errors: HL7V2_PATH_INVALID. */
export function checkLeaf(path: Path): void {
  checkSingle(path);
  const isSecondHeader = path.segment === "MSH" && path.occurrence > 1;
  if (path.field === LEFT_OUT || isSecondHeader) errors.fail("HL7V2_PATH_INVALID", { path: path.text });
}

/** Fails where a path stands for several places. Errors: HL7V2_PATH_INVALID. */
export function checkSingle(path: Path): void {
  if (path.occurrence === ALL || path.repetition === ALL) {
    errors.fail("HL7V2_PATH_INVALID", { path: path.text });
  }
}

/** True for MSH-1 and MSH-2. */
export function isDelimiterField(path: Path): boolean {
  return path.segment === "MSH" && (path.field === 1 || path.field === 2);
}
