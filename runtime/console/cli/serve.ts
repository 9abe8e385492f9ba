import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { GatewayPlan } from "../../engine/plan.ts";
import { Logins } from "../control/logins.ts";
import { ControlServer } from "../control/server.ts";
import { areNone } from "../control/changes.ts";
import { personOf } from "./ask.ts";
import { changesText } from "./deploy/changes_text.ts";
import { type Deployed, Deployment } from "./deploy/deployment.ts";
import { watchFiles } from "./deploy/watch_files.ts";
import { problemLines } from "./gateway_file.ts";
import { plain } from "./plain.ts";
import type { RunLog } from "./run_log.ts";
import type { Session } from "./session.ts";

/** What a gateway is run with. */
export interface ServeOptions {
  readonly deployed: Deployed;
  /** As typed: read again when a channel is reloaded. */
  readonly file: string;
  readonly log: RunLog;
  /** Resolves when the gateway is to stop. */
  readonly stopped: Promise<void>;
  /** Puts the file in place whenever it, or a file it names, has changed. */
  readonly watch: boolean;
}

/**
 * Runs a gateway until `stopped` resolves, then drains it. Opened in this order, closed in the other:
 *
 * 1. the control socket, which takes the data folder
 * 2. the monitor's port, the gateway, and the page where people review documents, which is closed first; then the gateway,
 *    so that the monitor tells how it drains
 */
export async function serve(
  { deployed, file, log, stopped, watch }: ServeOptions,
  session: Session,
): Promise<void> {
  const { plan } = deployed;
  const { outside } = session;
  const { world } = outside;
  await using open = new AsyncDisposableStack();

  // For the gateway's own user only: the control socket in it asks for no password.
  await session.makeFolder(plan.data, 0o700);
  const service: { gateway?: RunningGateway } = {};
  // Before there is a gateway, nobody gets in.
  const logins = new Logins(world.clock, (login) => service.gateway?.ledger.noteLogin(login));
  const control = await ControlServer.open({
    world,
    folder: plan.data,
    answered(request) {
      log.answered(request);
      if (service.gateway) logins.answered(request);
    },
    refused: (code) => service.gateway && logins.refused(code),
  });
  open.defer(() => control.close());

  const by = { person: personOf(session) };
  const gateway = service.gateway = await outside.openGateway(plan, { world, observer: log.observer, by });
  const monitor = await openMonitor(plan, gateway, session).catch(async (cause) => {
    await gateway.close();
    throw cause;
  });
  open.defer(() => monitor?.close());
  open.defer(() => gateway.close());
  const portal = await openPortal(plan, gateway, log, session);
  open.defer(() => portal?.close());

  const deployment = new Deployment(gateway, session, file, deployed);
  control.serve({ gateway, deployment });
  announce(gateway, { monitorPort: monitor?.port, pageUrl: portal?.url }, session);
  if (watch) open.use(watching(deployment, session));
  await stopped;
  log.stopping(gateway.name);
}

/** Puts the file in place whenever it has changed, and says what that did. */
function watching(deployment: Deployment, session: Session): AsyncDisposable {
  const stopping = new AbortController();
  let isWrong = false;
  const changed = async () => {
    const wasWrong = isWrong;
    isWrong = true;
    try {
      const { problems, changes } = await deployment.refresh({ channelsOnly: true });
      if (!changes) return session.note(problemLines(problems, session));
      isWrong = false;
      // Whoever has mended a file wants to be told, even where it says what runs.
      if (wasWrong || !areNone(changes)) session.terminal.out(changesText(changes, session.paint));
    } catch (cause) {
      session.noteError(cause, "run");
    }
  };
  const ended = watchFiles(() => deployment.paths, session.outside.world, stopping.signal, changed);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
    },
  };
}

async function openMonitor({ monitor }: GatewayPlan, gateway: RunningGateway, { outside }: Session) {
  if (monitor === undefined) return undefined;
  const { openMonitor } = await import("../../telemetry/monitor.ts");
  return await openMonitor(gateway, outside.world, { port: monitor.port, memoryUse: outside.memoryUse });
}

async function openPortal(plan: GatewayPlan, gateway: RunningGateway, log: RunLog, { outside }: Session) {
  // Whoever has no page loads nothing of it.
  if (plan.reviews === undefined) return undefined;
  const { openGatewayPortal } = await import("../portal/gateway_portal.ts");
  return await openGatewayPortal(gateway, plan, outside.world, log.pageFailed);
}

/** A line for each channel, and a last one that begins with `ready` where all of them are. */
function announce(
  gateway: RunningGateway,
  { monitorPort, pageUrl }: {
    readonly monitorPort: number | undefined;
    readonly pageUrl: string | undefined;
  },
  session: Session,
): void {
  const { paint } = session;
  const { name, ready, channels } = gateway.snapshot();
  for (const { name, address, condition, work, closedBy } of channels) {
    const trouble = work.trouble === undefined ? "" : `: ${work.trouble}`;
    const where = address === ""
      ? paint.bad(`is ${condition}${trouble}`)
      : `${address.startsWith("calls ") ? "" : "listens on "}${plain(address)}`;
    const takesNone = closedBy === undefined ? "" : paint.warn(`, and takes nothing: ${plain(closedBy)}`);
    session.print(`channel ${paint.bold(name)} ${where}${takesNone}`);
  }
  if (monitorPort !== undefined) session.print(`monitor http://127.0.0.1:${monitorPort}/health`);
  if (pageUrl !== undefined) session.print(`review page ${pageUrl}`);
  session.print(`${ready ? paint.good("ready") : paint.warn("not ready")} ${name}`);
}
