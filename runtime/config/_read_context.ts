import type { Catalog } from "../contract/catalog.ts";
import type { FieldContext } from "./_node_checks.ts";

/** What a gateway file is read with. */
export interface ReadContext extends FieldContext {
  readonly catalog: Catalog;
  /** Imports a module by its absolute path. */
  readonly loadActor: (path: string) => Promise<unknown>;
  /** Names of the partners the file lists. */
  readonly partners: ReadonlySet<string>;
}
