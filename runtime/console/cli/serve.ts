import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { GatewayPlan } from "../../engine/plan.ts";
import { errors as controlErrors } from "../control/errors.ts";
import { type ControlRequest, ControlServer } from "../control/server.ts";
import { readGatewayFile } from "./gateway_file.ts";
import { plain } from "./plain.ts";
import type { Session } from "./session.ts";

/**
 * Runs a gateway until `stopped` resolves, then drains it. Opened in this order, closed in the other:
 *
 * 1. the control socket, which takes the data folder
 * 2. the gateway: journal, channels, listeners
 * 3. the monitor, which tells of the gateway while it drains
 */
export async function serve(
  plan: GatewayPlan,
  file: string,
  session: Session,
  stopped: Promise<void>,
): Promise<void> {
  const { outside } = session;
  const { world } = outside;
  const [{ logEvents }, { getLogger }] = await Promise.all([
    import("../../telemetry/logs.ts"),
    import("@logtape/logtape"),
  ]);
  const logger = getLogger("mitral");
  const answered = (request: ControlRequest) => {
    const message = "control request answered";
    const properties = { name: "controlAnswered", ...request };
    logger.emit({
      level: "info",
      timestamp: world.clock.nowMs(),
      message: [message],
      rawMessage: message,
      properties,
    });
  };

  await using open = new AsyncDisposableStack();
  // For the gateway's own user only: the control socket in it asks for no password.
  await session.makeFolder(plan.data, 0o700);
  const control = await ControlServer.open({ world, folder: plan.data, answered });
  open.defer(() => control.close());

  const gateway = await outside.openGateway(plan, { world });
  const monitor = await openMonitor(plan, gateway, session).catch(async (cause) => {
    await gateway.close();
    throw cause;
  });
  open.defer(() => monitor?.close());
  open.defer(logEvents(gateway));
  open.defer(() => gateway.close());

  control.serve({ gateway, reload: (channel) => reload(channel, gateway, file, session) });
  announce(gateway, monitor?.port, session);
  await stopped;
  session.note(
    `stopping ${gateway.name}: what is under way is finished first; a second signal stops at once`,
  );
}

async function openMonitor({ monitor }: GatewayPlan, gateway: RunningGateway, { outside }: Session) {
  if (monitor === undefined) return undefined;
  const { openMonitor } = await import("../../telemetry/monitor.ts");
  return await openMonitor(gateway, outside.world, { port: monitor.port, memoryUse: outside.memoryUse });
}

async function reload(name: string, gateway: RunningGateway, file: string, session: Session) {
  const { plan, problems } = await readGatewayFile(file, session);
  if (!plan) return problems;
  const channel = plan.channels.find((channel) => channel.name === name);
  await gateway.reloadChannel(channel ?? controlErrors.fail("CONTROL_CHANNEL_UNKNOWN"));
  return [];
}

/** A line for each channel, and a last one that begins with `ready` where all of them are. */
function announce(gateway: RunningGateway, monitorPort: number | undefined, session: Session): void {
  const { paint } = session;
  const { name, ready, channels } = gateway.snapshot();
  for (const { name, address, condition, work } of channels) {
    const trouble = work.trouble === undefined ? "" : `: ${work.trouble}`;
    const where = address === "" ? paint.bad(`is ${condition}${trouble}`) : `listens on ${plain(address)}`;
    session.print(`channel ${paint.bold(name)} ${where}`);
  }
  if (monitorPort !== undefined) session.print(`monitor http://127.0.0.1:${monitorPort}/health`);
  session.print(`${ready ? paint.good("ready") : paint.warn("not ready")} ${name}`);
}
