import {
  cellAt,
  type ReadCheck,
  type ReadRow,
  type ReadValue,
  valueAt,
} from "../../../../../runtime/contract/document.ts";
import { distance } from "../layout/fold.ts";
import type { Note } from "../notes.ts";
import { CONFLICT_MAX, round } from "../reading/combine.ts";
import type { Template, ValueType } from "../template.ts";
import { evaluate, truthOf } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { type Instance, instanceOf } from "./instance.ts";
import { pathsIn } from "./parse_expression.ts";
import { type Understood, write } from "./understood.ts";
import { written } from "./rational.ts";
import { settleFailed } from "./settle_failed.ts";
import { solve } from "./solve.ts";

/** A value that follows from others is no surer than this, */
const DERIVED_MAX = 0.9;
/** or than this where they are all sure and arithmetic leaves nothing else. */
const DERIVED_SURE = 0.96;
const OTHERS_SURE = 0.98;
/** Share of the doubt that is left where an equation of numbers holds: it seldom does by chance. */
const DOUBT_LEFT_EQUATION = 0.02;
/** The same where less was compared. */
const DOUBT_LEFT_OTHER = 0.5;
/** The same where something stands that has to stand there, as a flag does beside a value out of its range. */
const DOUBT_LEFT_SAID = 0.1;
/** No check makes a value surer than this. */
const MET_MAX = 0.998;

/** Tries every check of a template. What is found is written into the values; the checks come back in order. */
export function applyChecks(template: Template, found: Understood): readonly ReadCheck[] {
  const all = instancesOf(template, found);
  for (const check of all.flatMap(applied)) {
    derive(check, template, found, (value) => isMissing(value, check));
  }
  for (const check of all.flatMap(applied)) {
    settleFailed(check, found);
    const isFailed = isEquation(check) && truthOf(evaluate(check.expression, check.values)) === false;
    if (isFailed) derive(check, template, found, (value) => value !== undefined && isInDoubt(value));
  }
  const tried = all.map((check) => ({ check, isMet: truthOf(evaluate(check.expression, check.values)) }));
  const confirmed = new Set<string>();
  for (const check of tried.filter(({ isMet }) => isMet === true).flatMap(({ check }) => applied(check))) {
    if (isEquation(check)) { for (const path of check.about) confirmed.add(path); }
    raise(check, found);
  }
  for (const { check, isMet } of tried) {
    if (isMet !== false) continue;
    for (const path of check.about) {
      // What another equation confirms is not what is wrong here.
      if (!confirmed.has(path)) {
        change(found, path, (value) => Math.min(value.confidence, CONFLICT_MAX), "check_failed");
      }
    }
  }
  return tried.map(({ check: { rule, about }, isMet }) => ({ rule, isMet, about }));
}

/** What a check asks for here: behind `then` where that counts, and nothing where it does not. */
function applied(check: Instance): readonly Instance[] {
  const { expression, values } = check;
  if (expression.is !== "binary" || expression.operator !== "then") return [check];
  return truthOf(evaluate(expression.left, values)) === true
    ? applied({ ...check, expression: expression.right })
    : [];
}

function instancesOf(template: Template, found: Understood): readonly Instance[] {
  const instances: Instance[] = [];
  for (const [table, spec] of Object.entries(template.tables)) {
    for (const [at, row] of (found.tables[table] ?? []).entries()) {
      for (const check of spec.checks) {
        // A column that this table has not is no value that could not be read.
        const names = [...pathsIn(check.expression)].map(({ name }) => name);
        if (names.some((name) => Object.hasOwn(spec.columns, name) && !Object.hasOwn(row, name))) continue;
        instances.push(
          instanceOf(
            check,
            found,
            ({ name }) => Object.hasOwn(spec.columns, name) ? [`${table}[${at + 1}].${name}`] : [name],
          ),
        );
      }
    }
  }
  for (const check of template.checks) {
    if (!isAboutThis(check.expression, found)) continue;
    instances.push(
      instanceOf(
        check,
        found,
        ({ table, name }) =>
          table === undefined
            ? [name]
            : (found.tables[table] ?? []).map((_, at) => `${table}[${at + 1}].${name}`),
      ),
    );
  }
  return instances;
}

/** Fields that a document need not have, and has not, are no values that could not be read. */
function isAboutThis(expression: Expression, found: Understood): boolean {
  if (asksForEmpty(expression)) return true;
  return [...pathsIn(expression)].every(({ table, name }) =>
    table === undefined ? Object.hasOwn(found.fields, name) : (found.tables[table] ?? []).length > 0
  );
}

function asksForEmpty(expression: Expression): boolean {
  switch (expression.is) {
    case "call":
      return expression.name === "empty" || expression.operands.some(asksForEmpty);
    case "not":
      return asksForEmpty(expression.operand);
    case "binary":
      return asksForEmpty(expression.left) || asksForEmpty(expression.right);
    default:
      return false;
  }
}

function change(found: Understood, path: string, confidence: (value: ReadValue) => number, note: Note): void {
  const value = valueAt(found, path);
  if (!value || value.value === null) return;
  const notes = value.notes ?? [];
  write(found, path, {
    ...value,
    confidence: round(confidence(value)),
    notes: notes.includes(note) ? notes : [...notes, note],
  });
}

/** Two numbers that are the same, and not both nothing. */
function isEquation({ expression, values }: Instance): boolean {
  if (expression.is !== "binary" || expression.operator !== "=") return false;
  const left = evaluate(expression.left, values);
  if (typeof left !== "object" || left === null || left.over === 0n) return false;
  return !mentionsDecimals(expression);
}

const mentionsDecimals = (expression: Expression): boolean =>
  expression.is === "call" && expression.name === "decimals" ||
  expression.is === "binary" && (mentionsDecimals(expression.left) || mentionsDecimals(expression.right));

function raise(check: Instance, found: Understood): void {
  const derived = check.about.filter((path) => valueAt(found, path)?.source === "derived");
  // Of course it holds for what was derived from it.
  if (derived.length > 0) return;
  if (isEquation(check)) {
    for (const path of check.about) {
      change(found, path, (value) => surer(value, DOUBT_LEFT_EQUATION), "check_met");
    }
    return;
  }
  const { expression } = check;
  if (expression.is === "binary" && expression.operator === "<=>") return raiseBoth(check, expression, found);
  for (const path of check.about) change(found, path, (value) => surer(value, leftBy(value)), "check_met");
}

/** What lost its point still compares with others, which may have lost theirs; so does what may be another digit. */
const leftBy = ({ notes }: ReadValue) =>
  notes?.includes("ambiguous") || notes?.includes("decimals") && !notes.includes("repaired")
    ? 1
    : DOUBT_LEFT_OTHER;

/** A value alone on one side is wrong only if something on the other is wrong as well, and in a way that hides it. */
function raiseBoth(check: Instance, { left, right }: Expression & { is: "binary" }, found: Understood): void {
  for (const [one, other] of [[left, right], [right, left]] as const) {
    if (one.is !== "path") continue;
    const others = [...pathsIn(other)].flatMap((path) => check.pathsOf(path)).map((path) =>
      valueAt(found, path)?.confidence ?? 0
    );
    const least = others.reduce((product, confidence) => product * confidence, 1);
    const [said] = check.pathsOf(one).map((path) => valueAt(found, path)?.value);
    const says = said !== "";
    // A flag that says more than has to stand there is borne out by nothing.
    if (says && said !== evaluate(other, check.values)) continue;
    for (const path of check.pathsOf(one)) {
      change(
        found,
        path,
        (value) => surer(value, Math.min(1 - least, says ? DOUBT_LEFT_SAID : DOUBT_LEFT_OTHER)),
        "check_met",
      );
    }
    // Nothing stands in most places: that it does in the one where it has to is hardly chance.
    if (says) {
      for (const path of [...pathsIn(other)].flatMap((each) => check.pathsOf(each))) {
        change(found, path, (value) => surer(value, leftBy(value)), "check_met");
      }
    }
  }
}

const surer = ({ confidence }: ReadValue, left: number) =>
  Math.max(confidence, Math.min(MET_MAX, 1 - (1 - confidence) * left));

/** Fills the one value that is open in a check where the others say what it is, and it looks like what was read. */
function derive(
  check: Instance,
  template: Template,
  found: Understood,
  isOpen: (value: ReadValue | undefined) => boolean,
): void {
  const open = [...pathsIn(check.expression)].flatMap((path) =>
    check.pathsOf(path).map((at, row) => ({ path, at, row: path.table === undefined ? undefined : row }))
  ).filter(({ at }) => isOpen(valueAt(found, at)));
  if (open.length !== 1) return;
  const [{ path, at, row }] = open;
  const type = typeAt(template, at);
  const solved = solve(check.expression, { path, ...row !== undefined && { row } }, check.values);
  if (solved === undefined || !type) return;
  const value = typeof solved === "string" ? solved : written(solved, decimalsFor(type));
  if (value === undefined || value.startsWith("-") && type.is === "digits") return;
  const others = check.about.filter((each) => each !== at).map((each) =>
    valueAt(found, each)?.confidence ?? 0
  );
  const before = valueAt(found, at);
  // Of a sum of money without its cents, these are the two that were not read.
  const misread = before?.notes?.includes("decimals") ? 2 : 1;
  if (before?.value && distance(before.value, value, misread) > misread) return;
  write(found, at, {
    value,
    raw: before?.raw ?? "",
    confidence: round(
      Math.min(others.every((each) => each >= OTHERS_SURE) ? DERIVED_SURE : DERIVED_MAX, ...others),
    ),
    source: "derived",
    ...before?.page !== undefined && { page: before.page },
    ...before?.box && { box: before.box },
    notes: ["derived"],
  });
}

const isInDoubt = ({ value, confidence }: ReadValue) => value !== null && confidence <= CONFLICT_MAX;

const decimalsFor = (type: ValueType) => type.is === "money" ? 2 : 0;

/** What was read is kept, however unsure; only what was not is filled. */
function isMissing(value: ReadValue | undefined, { expression }: Instance): boolean {
  if (value === undefined || value.value === null) return true;
  // Of a flag an empty cell says something, of a number it does not.
  return value.value === "" && expression.is === "binary" && expression.operator === "=";
}

function typeAt(template: Template, path: string): ValueType | undefined {
  const cell = cellAt(path);
  return cell ? template.tables[cell.table]?.columns[cell.column]?.type : template.fields[path]?.type;
}

/** Rows that may be written to. */
export function writable(tables: Readonly<Record<string, readonly ReadRow[]>>): Understood["tables"] {
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, rows.map((row) => ({ ...row }))]),
  );
}
