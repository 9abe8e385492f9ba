/**
 * Config specs: plain data that says what a component can be told. One spec gives the parsed type, validation with
 * line and column, JSON Schema, `--help` and the reference.
 */

declare const VALUE: unique symbol;
declare const INPUT: unique symbol;

/** What every kind of field can say. `T` is the parsed value, `I` what a TypeScript caller may write. */
interface Base<T, I = T> {
  /** One sentence, as it stands in the reference. */
  readonly about: string;
  /** True where the setting may be left out and is then `undefined`. */
  readonly optional?: boolean;
  /** The value when the setting is left out, as it would be written in a file. */
  readonly default?: unknown;
  /** As it would be written in a file. */
  readonly example?: unknown;
  readonly [VALUE]?: readonly [T];
  readonly [INPUT]?: readonly [I];
}

/** Text, kept exactly as the file has it (`0042` stays `0042`). */
export interface TextField<T = string> extends Base<T> {
  readonly kind: "text";
  /** A regular expression the whole text must match, with a sentence that says what that means. */
  readonly pattern?: { readonly matches: string; readonly says: string };
}
/** A whole number between `min` and `max`, both included. */
export interface IntegerField<T = number> extends Base<T> {
  readonly kind: "integer";
  readonly min?: number;
  readonly max?: number;
}
/** A size in bytes: `1048576`, `64 kB`, `1 MB` (powers of 1,000) or `1 MiB` (powers of 1,024). */
export interface BytesField<T = number> extends Base<T> {
  readonly kind: "bytes";
  readonly min?: number;
  readonly max?: number;
}
/** A time in milliseconds: `5000`, `500 ms`, `5 s`, `10 min`, `2 h`. */
export interface DurationField<T = number> extends Base<T> {
  readonly kind: "durationMs";
  readonly min?: number;
  readonly max?: number;
}
/** `true` or `false`. */
export interface SwitchField<T = boolean> extends Base<T> {
  readonly kind: "switch";
}
/** One of a fixed set of words. */
export interface ChoiceField<T = string> extends Base<T> {
  readonly kind: "choice";
  readonly of: readonly string[];
}
/** A file or folder, relative to the folder of the gateway file; parsed to an absolute path. */
export interface PathField<T = string> extends Base<T> {
  readonly kind: "path";
  /** `file` and `folder` must exist when the gateway starts; `any` need not. */
  readonly expects: "file" | "folder" | "any";
}
/** A reference to a secret: `secret:NAME`, `env:NAME` or `file:PATH`. A literal is an error. */
export interface SecretField<T = Secret> extends Base<T, string | Secret> {
  readonly kind: "secret";
}
/** Items of one kind, in order. */
export interface ListField<T = readonly unknown[], I = T> extends Base<T, I> {
  readonly kind: "list";
  readonly item: Field;
}
/** Names of the author's own choice, each with a value of one kind, in order. */
export interface MapField<T = Readonly<Record<string, unknown>>, I = T> extends Base<T, I> {
  readonly kind: "map";
  /** What the names are, for the reference: `path`, `name`. */
  readonly names: string;
  readonly item: Field;
}
/** Settings with fixed names. */
export interface RecordField<T = Readonly<Record<string, unknown>>, I = T> extends Base<T, I> {
  readonly kind: "record";
  readonly fields: Fields;
}

/** A field of any kind. */
// deno-lint-ignore no-explicit-any
type Any = any;
export type Field =
  | TextField<Any>
  | IntegerField<Any>
  | BytesField<Any>
  | DurationField<Any>
  | SwitchField<Any>
  | ChoiceField<Any>
  | PathField<Any>
  | SecretField<Any>
  | ListField<Any, Any>
  | MapField<Any, Any>
  | RecordField<Any, Any>;

/** The settings of a component by name. */
export type Fields = { readonly [name: string]: Field };

/** What a component's `config` may be: settings by name, or one field where the whole value is one thing. */
export type Spec = Fields | Field;

type ValueOf<F> = F extends { readonly [VALUE]?: readonly [infer T] } ? T : never;
type InputOf<F> = F extends { readonly [INPUT]?: readonly [infer I] } ? Exclude<I, undefined> : never;
type MayBeLeftOut<F> = F extends { readonly default: unknown } ? true
  : F extends { readonly optional: true } ? true
  : false;

/** The parsed config of a spec: what a component is given. */
export type Config<S extends Spec> = S extends Field ? ValueOf<S>
  : { readonly [K in keyof S]: ValueOf<S[K]> };

/** What a TypeScript caller writes: settings with a default may be left out. */
export type ConfigInput<S extends Spec> = S extends Field ? InputOf<S>
  :
    & { readonly [K in keyof S as MayBeLeftOut<S[K]> extends true ? never : K]: InputOf<S[K]> }
    & { readonly [K in keyof S as MayBeLeftOut<S[K]> extends true ? K : never]?: InputOf<S[K]> };

/** A secret that is hard to print by accident: only `reveal()` gives its text. */
export interface Secret {
  reveal(): string;
  toString(): "[secret]";
  toJSON(): "[secret]";
}

/** Wraps a secret's text. */
export function secretOf(text: string): Secret {
  return { reveal: () => text, toString: () => "[secret]" as const, toJSON: () => "[secret]" as const };
}

interface Said {
  readonly optional?: boolean;
  readonly default?: unknown;
  readonly example?: unknown;
}
type Parsed<T, O> = O extends { readonly optional: true } ? T | undefined : T;
type Kept<O, K extends string> = {
  readonly [N in keyof O as N extends "default" | "optional" | K ? N : never]: O[N];
};
type Range = Said & { readonly min?: number; readonly max?: number; readonly default?: number };

/** Text, kept exactly as written. */
export function text<
  const O extends Said & { pattern?: { matches: string; says: string }; default?: string },
>(
  about: string,
  options: O = {} as O,
): TextField<Parsed<string, O>> & Kept<O, "pattern"> {
  return { kind: "text", about, ...options } as never;
}
/** A whole number. */
export function integer<const O extends Range>(
  about: string,
  options: O = {} as O,
): IntegerField<Parsed<number, O>> & Kept<O, never> {
  return { kind: "integer", about, ...options } as never;
}
/** A size in bytes; `default`, `min` and `max` are bytes. */
export function bytes<const O extends Range>(
  about: string,
  options: O = {} as O,
): BytesField<Parsed<number, O>> & Kept<O, never> {
  return { kind: "bytes", about, ...options } as never;
}
/** A time in milliseconds; `default`, `min` and `max` are milliseconds. */
export function durationMs<const O extends Range>(
  about: string,
  options: O = {} as O,
): DurationField<Parsed<number, O>> & Kept<O, never> {
  return { kind: "durationMs", about, ...options } as never;
}
/** `true` or `false`. */
export function toggle<const O extends Said & { default?: boolean }>(
  about: string,
  options: O = {} as O,
): SwitchField<Parsed<boolean, O>> & Kept<O, never> {
  return { kind: "switch", about, ...options } as never;
}
/** One of a fixed set of words. */
export function choice<const V extends string, const O extends Said & { default?: V }>(
  about: string,
  of: readonly V[],
  options: O = {} as O,
): ChoiceField<Parsed<V, O>> & Kept<O, never> {
  return { kind: "choice", about, of, ...options } as never;
}
/** A file or folder; parsed to an absolute path. */
export function path<const O extends Said & { expects?: "file" | "folder" | "any"; default?: string }>(
  about: string,
  options: O = {} as O,
): PathField<Parsed<string, O>> & Kept<O, never> {
  return { kind: "path", about, expects: "any", ...options } as never;
}
/** A reference to a secret. */
export function secret<const O extends Said>(
  about: string,
  options: O = {} as O,
): SecretField<Parsed<Secret, O>> & Kept<O, never> {
  return { kind: "secret", about, ...options } as never;
}
/** Items of one kind, in order. */
export function list<F extends Field, const O extends Said>(
  about: string,
  item: F,
  options: O = {} as O,
): ListField<Parsed<readonly ValueOf<F>[], O>, readonly InputOf<F>[]> & Kept<O, never> {
  return { kind: "list", about, item, ...options } as never;
}
/** Names of the author's own choice, each with a value of one kind. `names` says what the names are. */
export function map<F extends Field, const O extends Said>(
  about: string,
  names: string,
  item: F,
  options: O = {} as O,
):
  & MapField<Parsed<Readonly<Record<string, ValueOf<F>>>, O>, Readonly<Record<string, InputOf<F>>>>
  & Kept<O, never> {
  return { kind: "map", about, names, item, ...options } as never;
}
/** Settings with fixed names, as one setting. */
export function record<const S extends Fields, const O extends Said>(
  about: string,
  fields: S,
  options: O = {} as O,
): RecordField<Parsed<Config<S>, O>, ConfigInput<S>> & Kept<O, never> {
  return { kind: "record", about, fields, ...options } as never;
}

/** True where a spec is one field, not settings by name. */
export function isField(spec: Spec): spec is Field {
  return typeof (spec as { kind?: unknown }).kind === "string";
}

/** The spec of a component as one field, whichever way it was written. */
export function asField(about: string, spec: Spec): Field {
  return isField(spec) ? spec : { kind: "record", about, fields: spec };
}
