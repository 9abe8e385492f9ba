import { join } from "node:path";
import type { ControlService } from "../../../runtime/console/control/methods.ts";
import { ControlServer } from "../../../runtime/console/control/server.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { type ConsoleOptions, type Ended, run, start, type Started, withFolder } from "./console_kit.ts";
import { FakeGateway, snapshot } from "./fake_gateway.ts";

/** The clock of the tests stands ten minutes after the gateway's start. */
const world = {
  ...denoWorld,
  clock: { ...denoWorld.clock, nowMs: () => snapshot.startedAtMs + 600_000 },
};

/** What a control socket gives access to, where nothing differs from anything. */
export function serviceOf(
  gateway: FakeGateway,
  deployment: Partial<ControlService["deployment"]> = {},
): ControlService {
  const nothing = async () => ({ problems: [], changes: { gateway: [], channels: [] } });
  return {
    gateway,
    deployment: { reload: async () => [], plan: nothing, apply: nothing, rollback: nothing, ...deployment },
  };
}

/** A fake gateway with its control socket, and commands that talk to it. */
export interface Tools {
  readonly gateway: FakeGateway;
  readonly cwd: string;
  /** Who asked, in order. */
  readonly people: string[];
  /** Runs a command to its end. */
  mitral(command: string, options?: ConsoleOptions): Promise<Ended>;
  /** Starts a command that has no end of its own. */
  begin(command: string, options?: ConsoleOptions): Started;
  /** The gateway goes. */
  leave(): Promise<void>;
}

/** A gateway that runs on `./data`. */
export function withGateway(
  use: (tools: Tools) => Promise<void>,
  gateway = new FakeGateway(),
): Promise<void> {
  return withFolder(async (cwd) => {
    const folder = join(cwd, "data");
    await Deno.mkdir(folder);
    const people: string[] = [];
    const server = await ControlServer.open({
      world,
      folder,
      answered: ({ person }) => people.push(person),
    });
    server.serve(serviceOf(gateway, {
      reload: async (name) =>
        name === "lab"
          ? []
          : [{ file: "/g.yaml", line: 4, column: 2, code: "CONFIG_KEY_UNKNOWN", message: "no", hint: "do" }],
    }));
    try {
      const mitral = (command: string, options: ConsoleOptions = {}) =>
        run(command.split(" "), { cwd, world, ...options });
      const begin = (command: string, options: ConsoleOptions = {}) =>
        start(command.split(" "), { cwd, world, ...options });
      await use({ gateway, cwd, people, mitral, begin, leave: () => server.close() });
    } finally {
      await server.close();
    }
  });
}
