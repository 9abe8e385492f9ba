import type { Catalog } from "../contract/catalog.ts";
import type { World } from "../contract/world.ts";
import type { GatewayEvent } from "../engine/events.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import type { GatewayPlan } from "../engine/plan.ts";
import type { By } from "../journal/acts.ts";
import type { OpenStore } from "../journal/journal.ts";
import type { MemoryUse } from "../telemetry/metrics.ts";

/** What the command line works with. It is handed in, so that the console knows no component and no engine. */
export interface Outside {
  readonly world: World;
  readonly catalog: Catalog;
  /** Of this build: `0.1.0`. */
  readonly version: string;
  /**
   * Opens the gateway of a plan: journal, channels, destinations. `observer` sees its events from the first one; the
   * journal is in its data folder, sealed under the master key that is found, unless `openStore` says another place.
   */
  openGateway(
    plan: GatewayPlan,
    options: {
      readonly world: World;
      readonly observer: (event: GatewayEvent) => void;
      readonly openStore?: OpenStore;
      /** Who opens it, where that is to be written down. */
      readonly by?: By;
    },
  ): Promise<RunningGateway>;
  /** Memory of this process, for the metrics; left out where it is not known. */
  memoryUse?(): MemoryUse;
  /** Address of this build's import map: with it, a project of somebody's own can import `mitral`. */
  readonly importMap: string;
  /** Loads the module of a custom actor by the absolute path of its file. */
  loadActor(path: string): Promise<unknown>;
}
