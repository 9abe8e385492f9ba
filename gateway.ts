/**
 * Where the engine, the components and the machine meet: the gateway as an embedding service opens it, and what the
 * command line is handed.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { catalog } from "./catalog.ts";
import settings from "./deno.json" with { type: "json" };
import type { Problem } from "./runtime/config/problem.ts";
import type { GatewaySource } from "./runtime/config/read_gateway.ts";
import type { Outside } from "./runtime/console/outside.ts";
import { errors } from "./runtime/config/errors.ts";
import type { RunningGateway } from "./runtime/engine/gateway_api.ts";
import { denoWorld } from "./runtime/world/deno_world.ts";

/** What the command line works with on this machine. */
export const outside: Outside = {
  world: denoWorld,
  catalog,
  version: settings.version,
  openGateway: async (plan, options) => {
    const { Gateway } = await import("./runtime/engine/gateway.ts");
    return await Gateway.open(plan, options);
  },
  memoryUse: () => {
    const { rss, heapUsed } = Deno.memoryUsage();
    return { residentBytes: rss, heapBytes: heapUsed };
  },
  // The time of its last change makes a changed actor another module: a reload must not find the old one.
  loadActor: async (path) => {
    const { mtime } = await Deno.stat(path);
    return await import(`${pathToFileURL(path).href}?changed=${mtime?.getTime() ?? 0}`);
  },
};

/** A running gateway; {@linkcode GatewayOpener.open} makes one. Disposed: drained and closed. */
export interface Gateway extends RunningGateway, AsyncDisposable {}

/** Opens gateways. */
export interface GatewayOpener {
  /**
   * Opens a gateway and starts its channels: from the path of a gateway file, or from settings of the same shape as
   * the file, with paths in them relative to `folder` (the working folder where it is left out).
   *
   * Errors: CONFIG_GATEWAY_INVALID, whose cause lists every problem; JOURNAL_…, KEYRING_…, and those of the adapters.
   */
  open(
    config: string | Readonly<Record<string, unknown>>,
    options?: { readonly folder?: string },
  ): Promise<Gateway>;
}

/** Opens gateways. */
export const Gateway: GatewayOpener = {
  async open(config, options = {}) {
    const folder = resolve(options.folder ?? ".");
    const source: GatewaySource = typeof config === "string"
      ? resolve(folder, config)
      : { settings: config, folder };
    const [{ readGateway }, { Gateway }] = await Promise.all([
      import("./runtime/config/read_gateway.ts"),
      import("./runtime/engine/gateway.ts"),
    ]);
    const { plan, problems } = await readGateway(source, {
      disk: denoWorld.disk,
      catalog,
      loadActor: outside.loadActor,
      env: (name) => Deno.env.get(name),
      timeZone: denoWorld.clock.timeZone,
    });
    return await Gateway.open(plan ?? refuse(problems), { world: denoWorld });
  },
};

function refuse(problems: readonly Problem[]): never {
  const { file, line, column, code, message } = problems[0];
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return errors.fail(
    "CONFIG_GATEWAY_INVALID",
    { problems: problems.length, place, code, rule: message },
    problems,
  );
}
