import type { Catalog } from "../contract/catalog.ts";
import type { StepPlan } from "../engine/plan.ts";
import type { FieldContext } from "./_node_checks.ts";
import type { ConfigNode } from "./config_node.ts";
import type { Setting } from "./settings.ts";

/** What a gateway file is read with. */
export interface ReadContext extends FieldContext {
  readonly catalog: Catalog;
  /** Imports a module by its absolute path. */
  readonly loadActor: (path: string) => Promise<unknown>;
  /** Where each step stands in the file. */
  readonly stepNodes: Map<StepPlan, ConfigNode>;
  /** The paths of messages that a sender's settings have, each with where it stands. */
  readonly usedPaths: Map<object, readonly (readonly [path: string, node: ConfigNode])[]>;
  /** Hashes of files that steps are made of or read when they start, as settings. */
  readonly files: Map<string, Setting>;
  /** Names of the partners the file lists, or their folder has; left out where any may be named. */
  readonly partners?: ReadonlySet<string>;
}
