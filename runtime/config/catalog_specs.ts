import type { TransformerSpec } from "../contract/actor.ts";
import type { Catalog } from "../contract/catalog.ts";
import type { Fault } from "../contract/error.ts";
import type { Spec } from "../contract/spec.ts";
import type { ComponentKind, SpecOf } from "./shape.ts";

/** What every component says of itself, whatever its kind. */
export interface ComponentSpec {
  readonly name: string;
  readonly about: string;
  readonly config: Spec;
  readonly errors: Readonly<Record<string, Fault>>;
}

/** The specs of a catalog, loaded. */
export type CatalogSpecs = {
  readonly [K in ComponentKind]: Readonly<
    Record<string, K extends keyof SpecOf ? SpecOf[K] : TransformerSpec>
  >;
};

/** Kinds in the order of the reference, with what one of each is called. */
export const COMPONENT_KINDS: Readonly<Record<ComponentKind, string>> = {
  listeners: "listener",
  senders: "sender",
  formats: "format",
  envelopes: "envelope",
  transforms: "transform",
};

/** Loads every component of a catalog: for the schema, the reference and help, never on the way to a running gateway. */
export async function loadCatalog(catalog: Catalog): Promise<CatalogSpecs> {
  const load = async (kind: ComponentKind) => {
    const names = Object.keys(catalog[kind]).sort();
    const specs: [string, unknown][] = [];
    for (const name of names) specs.push([name, await catalog[kind][name]()]);
    return [kind, Object.fromEntries(specs)] as const;
  };
  const kinds = Object.keys(COMPONENT_KINDS) as ComponentKind[];
  return Object.fromEntries(await Promise.all(kinds.map(load))) as CatalogSpecs;
}
