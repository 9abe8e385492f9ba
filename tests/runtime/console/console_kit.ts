import type { Catalog } from "../../../runtime/contract/catalog.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { RunningGateway } from "../../../runtime/engine/gateway_api.ts";
import { main } from "../../../runtime/console/main.ts";
import type { Outside } from "../../../runtime/console/outside.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeGateway } from "./fake_gateway.ts";
import { FakeTerminal, type FakeTerminalOptions } from "./fake_terminal.ts";

/** The components the console itself uses, and those of its starter file. */
export const catalog = {
  listeners: { mllp: async () => (await import("../../../adapters/mllp/listener.ts")).default },
  senders: {
    mllp: async () => (await import("../../../adapters/mllp/sender.ts")).default,
    file: async () => (await import("../../../adapters/file/sender.ts")).default,
    syslog: async () => (await import("../../../adapters/syslog/sender.ts")).default,
  },
  formats: { hl7v2: async () => (await import("../../../actors/formats/hl7v2/mod.ts")).default },
  envelopes: {},
  transforms: { filter: async () => (await import("../../../actors/filter.ts")).default.spec },
} as unknown as Catalog;

/** What a started command is made of. */
export interface ConsoleOptions extends FakeTerminalOptions {
  readonly world?: World;
  /** Components beside the usual ones. */
  readonly formats?: Catalog["formats"];
  /** All components, in place of the usual ones. */
  readonly catalog?: Catalog;
  readonly gateway?: RunningGateway;
  readonly openGateway?: Outside["openGateway"];
}

/** A command that was started. */
export interface Started {
  readonly terminal: FakeTerminal;
  readonly exitCode: Promise<number>;
}

/** Starts a command as a person would. */
export function start(args: readonly string[], options: ConsoleOptions = {}): Started {
  const { world = denoWorld, gateway = new FakeGateway(), openGateway = async () => gateway } = options;
  const terminal = new FakeTerminal(args, options);
  const outside: Outside = {
    world,
    catalog: options.catalog ?? { ...catalog, formats: { ...catalog.formats, ...options.formats } },
    version: "1.2.3",
    importMap: new URL("../../../deno.json", import.meta.url).href,
    openGateway,
    loadActor: (path) => import(path),
  };
  return { terminal, exitCode: main(terminal, outside) };
}

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function run(args: readonly string[], options: ConsoleOptions = {}): Promise<Ended> {
  const { terminal, exitCode } = start(args, options);
  const code = await exitCode;
  return { code, out: terminal.stdout, err: terminal.stderr };
}

/** Gives a test a folder of its own. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
