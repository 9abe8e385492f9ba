import type { ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { Catalog } from "../contract/catalog.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import type { FormatSpec } from "../contract/format.ts";
import type { Config, Field } from "../contract/spec.ts";
import type { Configured, StepPlan } from "../engine/plan.ts";

/** A kind of component, as the catalog lists them. */
export type ComponentKind = keyof Catalog;

/** The spec of each kind of component. */
export interface SpecOf {
  readonly listeners: ListenerSpec;
  readonly senders: SenderSpec;
  readonly formats: FormatSpec;
  readonly envelopes: EnvelopeSpec;
}

interface Slot {
  readonly about: string;
  readonly optional?: true;
}
/** A component by name, `hl7v2`, or with its settings, `hl7v2: { … }`. */
export interface ComponentSlot<K extends "formats" | "envelopes" = "formats" | "envelopes"> extends Slot {
  readonly kind: "component";
  readonly of: K;
  readonly default?: string;
}
/** The settings of the transform called `filter`: an expression. */
export interface FilterSlot extends Slot {
  readonly kind: "filter";
  readonly optional: true;
}
/** A list of transforms, each by name or with its settings; a path to a module is a custom actor. */
export interface TransformSlot extends Slot {
  readonly kind: "transform";
  readonly optional: true;
}
/** A list of senders, each an adapter under its own name. */
export interface SendersSlot extends Slot {
  readonly kind: "senders";
  readonly optional: true;
}
/** Names of partners that the file lists: one, or a list. */
export interface PartnersSlot extends Slot {
  readonly kind: "partners";
  readonly optional: true;
}
/**
 * Settings with fixed names, some of which are slots, and possibly exactly one adapter under its own name. `instead` are
 * settings that stand in for the adapter; `words` are texts that stand for settings.
 */
export interface Section<
  E extends Entries = Entries,
  A extends "listeners" | "senders" | undefined = "listeners" | "senders" | undefined,
> extends Slot {
  readonly kind: "section";
  readonly entries: E;
  readonly adapter: A;
  readonly instead?: readonly string[];
  readonly words?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
/** Sections under names of the author's choice, at least one. */
export interface Named<S extends Section = Section> extends Slot {
  readonly kind: "named";
  /** What the names are of: `channel`. */
  readonly names: string;
  readonly item: S;
}

/** Adapters that partners may be reached by, each under its own name, with its settings. */
export interface AdaptersSlot<K extends "listeners" | "senders" = "listeners" | "senders"> extends Slot {
  readonly kind: "adapters";
  /** Of senders, the settings that are not for a partner's file to say. */
  readonly of: K;
}

/** One entry of a section: a contract field, or what only a gateway file has. */
export type Shape =
  | Field
  | ComponentSlot
  | FilterSlot
  | TransformSlot
  | SendersSlot
  | PartnersSlot
  | AdaptersSlot
  | Section
  | Named;
/** Entries by key, in the order of the reference. */
export type Entries = { readonly [key: string]: Shape };

type Read<S> = S extends Section<infer E, infer A> ?
    & { readonly [K in keyof E]: ValueOf<E[K]> }
    & (A extends keyof SpecOf ? { readonly adapter: Configured<SpecOf[A]> } : unknown)
  : S extends Named<infer I> ? readonly { readonly name: string; readonly value: ValueOf<I> }[]
  : S extends ComponentSlot<infer K> ? Configured<SpecOf[K]>
  : S extends FilterSlot | TransformSlot ? readonly StepPlan[]
  : S extends SendersSlot ? readonly Configured<SenderSpec>[] | undefined
  : S extends PartnersSlot ? readonly string[] | undefined
  : S extends AdaptersSlot<infer K> ? readonly Configured<SpecOf[K]>[]
  : S extends Field ? Config<S>
  : never;

/** What a part of a gateway file is read as. */
export type ValueOf<S> = S extends (Section<infer _E, infer _A> | PartnersSlot | AdaptersSlot) & {
  readonly optional: true;
} ? Read<S> | undefined
  : Read<S>;

/** The same while there may be problems: anything may be missing. */
export type Partially<T> = T extends readonly (infer I)[] ? readonly Partially<I>[]
  : T extends object ? { readonly [K in keyof T]?: Partially<T[K]> | undefined }
  : T;

/** Declares a section. */
export function section<
  const E extends Entries,
  const O extends { optional?: true; words?: Section["words"] },
>(
  about: string,
  entries: E,
  options: O = {} as O,
): Section<E, undefined> & O {
  return { kind: "section", about, entries, adapter: undefined, ...options };
}

/** Declares a section that also holds exactly one adapter. */
export function adapterSection<
  const E extends Entries,
  const A extends "listeners" | "senders",
  const O extends { readonly optional?: true; readonly instead?: readonly string[] },
>(
  about: string,
  adapter: A,
  entries: E,
  options: O = {} as O,
): Section<E, A> & O {
  return { kind: "section", about, adapter, entries, ...options };
}

/** Declares sections by name. */
export function named<S extends Section>(about: string, names: string, item: S): Named<S> {
  return { kind: "named", about, names, item };
}

/** True where a shape is a contract field. */
export function isContractField(shape: Shape): shape is Field {
  return ![
    "component",
    "filter",
    "transform",
    "senders",
    "partners",
    "adapters",
    "section",
    "named",
  ].includes(shape.kind);
}
