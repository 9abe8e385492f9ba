import { assert } from "@std/assert";
import { connectErrors } from "../../../adapters/sftp/connecting/errors.ts";
import { openSession, type Session } from "../../../adapters/sftp/connecting/session.ts";
import { connectSettings, type ConnectTools } from "../../../adapters/sftp/connecting/settings.ts";
import { errorTable, MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import type { World } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { configOf, Reports } from "../../world/tools.ts";

/** Settings that lead to a server. */
export type Given = ConfigInput<typeof connectSettings>;

/** What a link or a session is made with. */
export function connectTools(given: Given, world: World = denoWorld): ConnectTools & { reports: Reports } {
  const reports = new Reports();
  return {
    config: configOf(connectSettings, given),
    world,
    error: errorTable("sftp", connectErrors).error,
    report: reports.report,
    reports,
  };
}

/** A session that is closed in the end. */
export async function sessionWith(given: Given, world?: World): Promise<Session & Disposable> {
  const session = await openSession(connectTools(given, world), new AbortController().signal);
  return Object.assign(session, { [Symbol.dispose]: () => session.close() });
}

/** Why there is no session. */
export async function refusal(given: Given, world?: World): Promise<MitralError> {
  return await errorOf(sessionWith(given, world).then((session) => session.close()));
}

/** What a promise was rejected with: an error by code. */
export async function errorOf(promise: Promise<unknown>): Promise<MitralError> {
  const error = await promise.then(() => undefined, (cause) => cause);
  assert(error instanceof MitralError, `no error by code: ${error}`);
  return error;
}
