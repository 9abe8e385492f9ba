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
import type { GatewayEvent } from "./runtime/engine/events.ts";
import type { RunningGateway } from "./runtime/engine/gateway_api.ts";
import type { GatewayPlan } from "./runtime/engine/plan.ts";
import type { MasterKey } from "./runtime/trust/master_key.ts";
import { denoWorld } from "./runtime/world/deno_world.ts";

/** What the command line works with on this machine. */
export const outside: Outside = {
  world: denoWorld,
  catalog,
  version: settings.version,
  importMap: new URL("./deno.json", import.meta.url).href,
  openGateway: async (plan, options) => {
    const { Gateway } = await import("./runtime/engine/gateway.ts");
    return await Gateway.open(
      plan,
      options.openStore ? options : { ...options, masterKey: await keyFor(plan) },
    );
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
export interface Gateway extends RunningGateway, AsyncDisposable {
  /**
   * Answers HTTP requests for the whole gateway, from a server that is not its own: those at the path of an `https`
   * listener with `mount: true` go to its channel; `/health`, `/ready` and `/metrics` are answered as the monitor
   * answers them, with metrics counted from the first request for them on; any other path is 404. It needs no `this`,
   * and is a handler for `Deno.serve` and for `mount` of a Hono app, which takes its prefix away first:
   *
   * ```ts
   * import { Hono } from "hono";
   * import { Gateway } from "mitral";
   *
   * await using gateway = await Gateway.open("gateway.yaml");
   * const app = new Hono().mount("/integration", gateway.fetch);
   * await using _server = Deno.serve(app.fetch);
   * ```
   *
   * Who may come, over plain HTTP or not, is for that server to say: the rule that plain HTTP stays on loopback is about
   * sockets the gateway opens itself. While a channel is stopped, and once the gateway is closed, its path is answered
   * with 503.
   */
  readonly fetch: (request: Request, info?: FetchInfo) => Promise<Response>;
}

/** What a server knows of a request: the second argument `Deno.serve` gives its handler. */
export interface FetchInfo {
  /** Who it is from, as the archive is to show it. */
  readonly remoteAddr?: { readonly transport?: string; readonly hostname?: string; readonly port?: number };
}

/**
 * What a gateway is opened from: the path of a gateway file, the text of one as `{ yaml }`, or settings of the same
 * shape as the file.
 */
export type GatewayConfig = string | { readonly yaml: string } | Readonly<Record<string, unknown>>;

/** How a gateway is opened. */
export interface OpenOptions {
  /**
   * What the path of the file is relative to; for text and settings, the folder they are taken to lie in, as
   * `gateway.yaml`, so that paths in them are relative to it. The working folder where left out.
   */
  readonly folder?: string;
  /** File of variables, a `NAME=value` a line, for `${NAME}` in a file or text; relative to `folder`. */
  readonly environment?: string;
  /**
   * The key everything in the journal is sealed under: 32 bytes that were random once, and are the same at every start.
   * Where left out it is looked for as `mitral run` does: in `MITRAL_MASTER_KEY`, among the credentials of a service,
   * in the file of the setting `masterKey`.
   */
  readonly masterKey?: Uint8Array<ArrayBuffer>;
  /** Sees every event from the first one on; the same as `observe` right after the start. MUST NOT throw. */
  readonly observer?: (event: GatewayEvent) => void;
}

/** Opens gateways. */
export interface GatewayOpener {
  /**
   * Opens a gateway and starts its channels. Where it cannot, nothing is left running or listening. Several gateways may
   * run in one process, each with a data folder of its own.
   *
   * Errors: CONFIG_GATEWAY_INVALID, whose cause lists every problem; MASTER_KEY_…, JOURNAL_…, KEYRING_…, and those of
   * the adapters.
   */
  open(config: GatewayConfig, options?: OpenOptions): Promise<Gateway>;
}

/** Opens gateways. */
export const Gateway: GatewayOpener = {
  async open(config, { folder = ".", environment, masterKey, observer } = {}) {
    const [{ readGateway }, { Gateway }, { frontOf }] = await Promise.all([
      import("./runtime/config/read_gateway.ts"),
      import("./runtime/engine/gateway.ts"),
      import("./runtime/telemetry/front.ts"),
    ]);
    const { plan: read, problems } = await readGateway(sourceOf(config, resolve(folder)), {
      disk: denoWorld.disk,
      catalog,
      loadActor: outside.loadActor,
      env: (name) => Deno.env.get(name),
      timeZone: denoWorld.clock.timeZone,
      ...(environment === undefined ? {} : { variablesFile: resolve(folder, environment) }),
    });
    const plan = read ?? refuse(problems);
    const gateway = await Gateway.open(plan, {
      world: denoWorld,
      masterKey: await keyFor(plan, masterKey),
      ...(observer ? { observer } : {}),
    });
    const front = frontOf(gateway, outside.memoryUse);
    if (plan.reviews) await openPage(gateway, plan);
    return Object.assign(gateway, {
      fetch: (request: Request, info?: FetchInfo) => front(request, peerOf(info)),
    });
  },
};

/** Opens the page where people review documents; it is closed before the gateway is. Where it cannot be, nothing runs. */
async function openPage(gateway: RunningGateway, plan: GatewayPlan): Promise<void> {
  const { openGatewayPortal } = await import("./runtime/console/portal/gateway_portal.ts");
  const close = gateway.close.bind(gateway);
  const page = await openGatewayPortal(gateway, plan, denoWorld, () => {}).catch(async (cause) => {
    await close();
    throw cause;
  });
  let closing: Promise<void> | undefined;
  gateway.close = () => closing ??= Promise.resolve(page?.close()).finally(close);
}

async function keyFor({ masterKey: file }: GatewayPlan, bytes?: Uint8Array<ArrayBuffer>): Promise<MasterKey> {
  const { findMasterKey, masterKeyOf } = await import("./runtime/trust/master_key.ts");
  if (bytes) return await masterKeyOf(bytes, "masterKey");
  return await findMasterKey({ disk: denoWorld.disk, env: (name) => Deno.env.get(name), file });
}

function sourceOf(config: GatewayConfig, folder: string): GatewaySource {
  if (typeof config === "string") return resolve(folder, config);
  const { yaml } = config;
  return typeof yaml === "string"
    ? { text: yaml, file: resolve(folder, FILE_NAME) }
    : { settings: config, folder };
}

/** What a gateway file that is only text would be called: the file of variables is found by it. */
const FILE_NAME = "gateway.yaml";

function peerOf({ remoteAddr }: FetchInfo = {}): string {
  const { hostname = "", port } = remoteAddr ?? {};
  return port === undefined ? hostname : `${hostname}:${port}`;
}

function refuse(problems: readonly Problem[]): never {
  const { file, line, column, code, message } = problems[0];
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return errors.fail(
    "CONFIG_GATEWAY_INVALID",
    { problems: problems.length, place, code, rule: message },
    problems,
  );
}
