// deno-lint-ignore-file no-explicit-any -- only in `Field`: a field of any kind, whatever its values are

/**
 * Config specs: plain data that says what a component can be told. One spec gives the parsed type, validation with
 * line and column, JSON Schema, `--help` and the reference.
 */

/** What every kind of field can say. `T` is the parsed value, `I` what a TypeScript caller may write. */
export interface FieldBase<T, I = T> {
  /** One sentence, as it stands in the reference. */
  readonly about: string;
  /** True where the setting may be left out and is then `undefined`. */
  readonly optional?: boolean;
  /** The value when the setting is left out, as it would be written in a file. */
  readonly default?: unknown;
  /** As it would be written in a file. */
  readonly example?: unknown;
  /** Never there: carries the type of the parsed value. */
  readonly "~value"?: readonly [T];
  /** Never there: carries the type a TypeScript caller may write. */
  readonly "~input"?: readonly [I];
}

/** Text, kept exactly as the file has it (`0042` stays `0042`). */
export interface TextField<T = string> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "text";
  /** A regular expression the whole text must match, with a sentence that says what that means. */
  readonly pattern?: {
    readonly matches: string;
    readonly says: string;
    /** Words it takes, of which one was probably meant where the text is near to it. */
    readonly words?: readonly string[];
    /**
     * True where a text that does not match may be told: whatever stands there, it is no secret, and no address with one.
     * `says` then begins with `is`.
     */
    readonly isTold?: boolean;
  };
  /** True where it must be our name for a partner that the gateway file lists, or one of the words of `pattern`. */
  readonly isPartner?: boolean;
}
/** A whole number between `min` and `max`, both included. */
export interface IntegerField<T = number> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "integer";
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
}
/** A size in bytes: `1048576`, `64 kB`, `1 MB` (powers of 1,000) or `1 MiB` (powers of 1,024). */
export interface BytesField<T = number> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "bytes";
  /** Smallest value allowed, in bytes. */
  readonly min?: number;
  /** Largest value allowed, in bytes. */
  readonly max?: number;
}
/** A time in milliseconds: `5000`, `500 ms`, `5 s`, `10 min`, `2 h`. */
export interface DurationField<T = number> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "durationMs";
  /** Smallest value allowed, in milliseconds. */
  readonly min?: number;
  /** Largest value allowed, in milliseconds. */
  readonly max?: number;
}
/** `true` or `false`. */
export interface SwitchField<T = boolean> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "switch";
}
/** One of a fixed set of words. */
export interface ChoiceField<T = string> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "choice";
  /** The words. */
  readonly of: readonly string[];
}
/** A file or folder, relative to the folder of the gateway file; parsed to an absolute path. */
export interface PathField<T = string> extends FieldBase<T> {
  /** Tells the kinds of field apart. */
  readonly kind: "path";
  /** `file` and `folder` must exist when the gateway starts; `any` need not. */
  readonly expects: "file" | "folder" | "any";
  /** What to do where it is missing. */
  readonly remedy?: string;
}
/** A reference to a secret: `secret:NAME`, `env:NAME` or `file:PATH`. A literal is an error. */
export interface SecretField<T = Secret> extends FieldBase<T, string | Secret> {
  /** Tells the kinds of field apart. */
  readonly kind: "secret";
}
/** Items of one kind, in order. */
export interface ListField<T = readonly unknown[], I = T> extends FieldBase<T, I> {
  /** Tells the kinds of field apart. */
  readonly kind: "list";
  /** What each item is. */
  readonly item: Field;
  /** True where one item may stand for a list of it. */
  readonly orOne?: boolean;
}
/** Names of the author's own choice, each with a value of one kind, in order. */
export interface MapField<T = Readonly<Record<string, unknown>>, I = T> extends FieldBase<T, I> {
  /** Tells the kinds of field apart. */
  readonly kind: "map";
  /** What the names are, for the reference: `path`, `name`. */
  readonly names: string;
  /** What each value is. */
  readonly item: Field;
  /** True where the path of a folder may stand for them all; it need not be there yet. Parsed to an absolute path. */
  readonly orFolder?: true;
}
/** Settings with fixed names. */
export interface RecordField<T = Readonly<Record<string, unknown>>, I = T> extends FieldBase<T, I> {
  /** Tells the kinds of field apart. */
  readonly kind: "record";
  /** The settings by name; another name in a file is an error, unless `others` takes it. */
  readonly fields: Fields;
  /** Names of the author's own choice beside them: what they are, for the reference, and what each value is. */
  readonly others?: OtherNames;
  /** The setting that is meant where one text stands for all settings: `split: OBR` for `split: { by: OBR }`. */
  readonly short?: string;
}
/** What names of the author's own choice are, `format`, and what stands behind each. */
export interface OtherNames {
  /** What the names are, for the reference. */
  readonly names: string;
  /** What each value is. */
  readonly item: Field;
}

/** A field of any kind. */
export type Field =
  | TextField<any>
  | IntegerField<any>
  | BytesField<any>
  | DurationField<any>
  | SwitchField<any>
  | ChoiceField<any>
  | PathField<any>
  | SecretField<any>
  | ListField<any, any>
  | MapField<any, any>
  | RecordField<any, any>;

/** The settings of a component by name. */
export type Fields = { readonly [name: string]: Field };

/** What a component's `config` may be: settings by name, or one field where the whole value is one thing. */
export type Spec = Fields | Field;

/** What a field is parsed to. */
export type FieldValue<F> = F extends { readonly "~value"?: readonly [infer T] } ? T : never;
/** What a TypeScript caller writes for a field. */
export type FieldInput<F> = F extends { readonly "~input"?: readonly [infer I] } ? Exclude<I, undefined>
  : never;
/** `true` for a field with a default, and for an optional one. */
export type MayBeLeftOut<F> = F extends { readonly default: unknown } ? true
  : F extends { readonly optional: true } ? true
  : false;

/** The parsed config of a spec: what a component is given. */
export type Config<S extends Spec> = S extends Field ? FieldValue<S>
  : { readonly [K in keyof S]: FieldValue<S[K]> };

/** What a TypeScript caller writes: settings with a default may be left out. */
export type ConfigInput<S extends Spec> = S extends Field ? FieldInput<S>
  :
    & { readonly [K in keyof S as MayBeLeftOut<S[K]> extends true ? never : K]: FieldInput<S[K]> }
    & { readonly [K in keyof S as MayBeLeftOut<S[K]> extends true ? K : never]?: FieldInput<S[K]> };

/** A secret that is hard to print by accident: only `reveal()` gives its text. */
export interface Secret {
  /** The text. Call it where the secret is used, and keep the result nowhere. */
  reveal(): string;
  /** The text as it is where it comes from now; what `reveal` gives, where it comes from nowhere. */
  fresh(): Promise<string>;
  /** What interpolation and `console.log` show. */
  toString(): "[secret]";
  /** What `JSON.stringify` shows. */
  toJSON(): "[secret]";
}

/** Wraps a secret's text. `read` reads it again, where it comes from a file. */
export function secretOf(text: string, read: () => Promise<string> = () => Promise.resolve(text)): Secret {
  return {
    reveal: () => text,
    fresh: read,
    toString: () => "[secret]" as const,
    toJSON: () => "[secret]" as const,
  };
}

/** What every field may be given beside its sentence. */
export interface FieldOptions {
  /** True where the setting may be left out and is then `undefined`. */
  readonly optional?: boolean;
  /** The value when the setting is left out. */
  readonly default?: unknown;
  /** As it would be written in a file. */
  readonly example?: unknown;
}
/** `T`, and `undefined` beside it where the options say `optional`. */
export type OptionalValue<T, O> = O extends { readonly optional: true } ? T | undefined : T;
/** The options whose exact types a field keeps: they decide what a caller may leave out. */
export type KeptOptions<O, K extends string> = {
  readonly [N in keyof O as N extends "default" | "optional" | K ? N : never]: O[N];
};
/** What a number, a size and a time may be given: bounds in the unit of the parsed value, both included. */
export interface RangeOptions extends FieldOptions {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** The value when the setting is left out. */
  readonly default?: number;
}

/** Text, kept exactly as written. */
export function text<
  const O extends FieldOptions & {
    pattern?: TextField["pattern"];
    isPartner?: boolean;
    default?: string;
  },
>(
  about: string,
  options: O = {} as O,
): TextField<OptionalValue<string, O>> & KeptOptions<O, "pattern"> {
  return { kind: "text", about, ...options } as never;
}
/** A whole number. */
export function integer<const O extends RangeOptions>(
  about: string,
  options: O = {} as O,
): IntegerField<OptionalValue<number, O>> & KeptOptions<O, never> {
  return { kind: "integer", about, ...options } as never;
}
/** A size in bytes; `default`, `min` and `max` are bytes. */
export function bytes<const O extends RangeOptions>(
  about: string,
  options: O = {} as O,
): BytesField<OptionalValue<number, O>> & KeptOptions<O, never> {
  return { kind: "bytes", about, ...options } as never;
}
/** A time in milliseconds; `default`, `min` and `max` are milliseconds. */
export function durationMs<const O extends RangeOptions>(
  about: string,
  options: O = {} as O,
): DurationField<OptionalValue<number, O>> & KeptOptions<O, never> {
  return { kind: "durationMs", about, ...options } as never;
}
/** `true` or `false`. */
export function toggle<const O extends FieldOptions & { default?: boolean }>(
  about: string,
  options: O = {} as O,
): SwitchField<OptionalValue<boolean, O>> & KeptOptions<O, never> {
  return { kind: "switch", about, ...options } as never;
}
/** One of a fixed set of words. */
export function choice<const V extends string, const O extends FieldOptions & { default?: V }>(
  about: string,
  of: readonly V[],
  options: O = {} as O,
): ChoiceField<OptionalValue<V, O>> & KeptOptions<O, never> {
  return { kind: "choice", about, of, ...options } as never;
}
/** A file or folder; parsed to an absolute path. */
export function path<
  const O extends FieldOptions & { expects?: "file" | "folder" | "any"; default?: string; remedy?: string },
>(
  about: string,
  options: O = {} as O,
): PathField<OptionalValue<string, O>> & KeptOptions<O, never> {
  return { kind: "path", about, expects: "any", ...options } as never;
}
/** A reference to a secret. */
export function secret<const O extends FieldOptions>(
  about: string,
  options: O = {} as O,
): SecretField<OptionalValue<Secret, O>> & KeptOptions<O, never> {
  return { kind: "secret", about, ...options } as never;
}
/** Items of one kind, in order. */
export function list<F extends Field, const O extends FieldOptions & { orOne?: boolean }>(
  about: string,
  item: F,
  options: O = {} as O,
): ListField<OptionalValue<readonly FieldValue<F>[], O>, readonly FieldInput<F>[]> & KeptOptions<O, never> {
  return { kind: "list", about, item, ...options } as never;
}
/** What names of the author's own choice may be given beside their values. */
export interface MapOptions extends FieldOptions {
  /** Lets the path of a folder stand for them all. */
  readonly orFolder?: true;
}
/** `T`, or the path of a folder where the options let it stand for all of it. */
export type OrFolder<T, O> = O extends { readonly orFolder: true } ? T | string : T;
/** Names of the author's own choice, each with a value of one kind. `names` says what the names are. */
export function map<F extends Field, const O extends MapOptions>(
  about: string,
  names: string,
  item: F,
  options: O = {} as O,
):
  & MapField<
    OptionalValue<OrFolder<Readonly<Record<string, FieldValue<F>>>, O>, O>,
    OrFolder<Readonly<Record<string, FieldInput<F>>>, O>
  >
  & KeptOptions<O, never> {
  return { kind: "map", about, names, item, ...options } as never;
}
/** What a record may be given beside its settings. */
export interface RecordOptions extends FieldOptions {
  /** Names of the author's own choice beside the fixed ones. */
  readonly others?: OtherNames;
  /** The setting that one text alone stands for. */
  readonly short?: string;
}
/** `T`, with the names of the author's own choice where the options take some. */
export type WithOthers<T, O> = O extends { readonly others: OtherNames }
  ? T & { readonly [name: string]: unknown }
  : T;
/** `T`, or one text where the options let it stand for all settings. */
export type OrShort<T, O> = O extends { readonly short: string } ? T | string : T;
/** Settings with fixed names, as one setting. */
export function record<const S extends Fields, const O extends RecordOptions>(
  about: string,
  fields: S,
  options: O = {} as O,
):
  & RecordField<OptionalValue<WithOthers<Config<S>, O>, O>, OrShort<WithOthers<ConfigInput<S>, O>, O>>
  & KeptOptions<O, never> {
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

/** A setting that is right by itself and does not fit the others. */
export interface Unfit {
  /** Its name. */
  readonly setting: string;
  /** What it must be, after its name: `is needed at role: client`. */
  readonly rule: string;
}
