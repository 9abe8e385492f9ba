import type { Command } from "commander";
import { MitralError } from "../../contract/error.ts";
import { ControlClient, type FollowOptions } from "../control/client.ts";
import type { Method, Methods, Run, Runs, Stream, Streams } from "../control/protocol.ts";
import { readGatewayPlaces } from "./gateway_file.ts";
import type { Session } from "./session.ts";

/** Where the running gateway is found. */
export interface GatewayOptions {
  readonly data?: string;
  readonly file?: string;
}

/** Adds the options that say which running gateway is meant. */
export function addGatewayOptions(command: Command): Command {
  return command
    .option("--data <dir>", "data folder of the running gateway (default: ./data)")
    .option("--file <file>", "gateway file that names the data folder");
}

/** The data folder a person means. Errors: CONSOLE_FILE_UNREADABLE. */
export async function dataFolder({ data, file }: GatewayOptions, session: Session): Promise<string> {
  if (data !== undefined) return session.path(data);
  return file === undefined ? session.path("data") : (await readGatewayPlaces(file, session)).data;
}

/** Asks the running gateway one thing. Errors: CONTROL_GATEWAY_MISSING and the gateway's own. */
export async function ask<M extends Method>(
  session: Session,
  options: GatewayOptions,
  method: M,
  params: Methods[M]["params"],
): Promise<Methods[M]["result"]> {
  using client = await connect(session, options);
  return await client.ask(method, params);
}

/** Has something done one by one, and yields what became of each. Errors: as of {@linkcode ask}, at any time. */
export async function* askEach<R extends Run>(
  session: Session,
  options: GatewayOptions,
  run: R,
  params: Runs[R]["params"],
): AsyncGenerator<Runs[R]["line"]> {
  using client = await connect(session, options);
  yield* client.run(run, params);
}

/** Follows something of the running gateway until the signal is aborted. Errors: as of {@linkcode ask}, at any time. */
export async function* follow<S extends Stream>(
  session: Session,
  options: GatewayOptions,
  stream: S,
  params: Streams[S]["params"],
  how: FollowOptions,
): AsyncGenerator<Streams[S]["line"]> {
  using client = await connect(session, options);
  yield* client.follow(stream, params, how);
}

/** The gateway that runs on a data folder; `undefined` where none does. */
export async function gatewayOn(folder: string, session: Session): Promise<ControlClient | undefined> {
  const { world } = session.outside;
  try {
    return await ControlClient.connect({ world, folder, person: personOf(session) });
  } catch (cause) {
    if (cause instanceof MitralError && cause.code === "CONTROL_GATEWAY_MISSING") return undefined;
    throw cause;
  }
}

async function connect(session: Session, options: GatewayOptions): Promise<ControlClient> {
  const { world } = session.outside;
  const folder = await dataFolder(options, session);
  return await ControlClient.connect({ world, folder, person: personOf(session) });
}

/** Who a person is to a shell. Behind `sudo -u` the others name the gateway's user, who is nobody. */
const PERSON_VARIABLES = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"];

/** The name the person logged in with, for the gateway's log and the record of acts. */
export function personOf({ terminal }: Session): string {
  return PERSON_VARIABLES.map((name) => terminal.env(name)).find(Boolean) ?? "unknown";
}
