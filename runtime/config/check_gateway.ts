import { type ConfigNode, nearestNode } from "./config_node.ts";
import { CHANNEL_SHAPE, type ChannelFile, type GatewayFile } from "./gateway_shape.ts";
import { type Problems, shown, type Spot } from "./problem.ts";
import { adapterEntry } from "./read_adapter.ts";
import type { Partially } from "./shape.ts";

const LISTEN_SETTINGS = Object.keys(CHANNEL_SHAPE.entries.listen.entries);
const LOOPBACK = "127.0.0.1";

/** Notes what no setting can know alone: settings that contradict each other. */
export function checkGateway(file: Partially<GatewayFile>, root: ConfigNode, problems: Problems): void {
  const channels = (file.channels ?? []).map(({ name = "", value }) => ({
    name,
    value,
    node: nearestNode(root, "channels", name),
  }));
  for (const channel of channels) {
    if (!channel.value) continue;
    checkSupervise(channel.value.supervise, nearestNode(channel.node, "supervise"), problems);
    checkRetries(channel.value, channel.node, problems);
  }
  checkPorts(file, root, channels, problems);
  checkKeys(root, channels, problems);
}

type PartialChannel = Partially<ChannelFile>;
interface ReadChannel {
  readonly name: string;
  readonly value?: PartialChannel;
  readonly node: ConfigNode;
}

function checkSupervise(supervise: PartialChannel["supervise"], node: ConfigNode, problems: Problems): void {
  const { crashesMax, restartsMax, backoffMs, backoffMsMax } = supervise ?? {};
  if (crashesMax !== undefined && restartsMax !== undefined && crashesMax >= restartsMax) {
    const rule = `crashesMax (${crashesMax}) must be less than restartsMax (${restartsMax})`;
    problems.add(nearestNode(node, "crashesMax"), "CONFIG_VALUE_INVALID", { rule });
  }
  if (backoffMs !== undefined && backoffMsMax !== undefined && backoffMs > backoffMsMax) {
    const rule = `backoffMs (${backoffMs}) must not be more than backoffMsMax (${backoffMsMax})`;
    problems.add(nearestNode(node, "backoffMs"), "CONFIG_VALUE_INVALID", { rule });
  }
}

type Waits = { readonly firstMs?: number | undefined; readonly longestMs?: number | undefined };

function checkRetries(channel: PartialChannel, node: ConfigNode, problems: Problems): void {
  const check = ({ firstMs, longestMs }: Waits, spot: Spot): boolean => {
    if (firstMs === undefined || longestMs === undefined || firstMs <= longestMs) return true;
    const rule = `firstMs (${firstMs}) must not be more than longestMs (${longestMs})`;
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
    return false;
  };
  const own: Waits = channel.retry ?? {};
  // A channel that contradicts itself would be blamed on each of its destinations again.
  const fine = check(own, nearestNode(node, "retry", "firstMs"));
  for (const { name = "", value } of channel.send ?? []) {
    const retry: Waits = value?.retry ?? {};
    const { firstMs = fine ? own.firstMs : undefined, longestMs = fine ? own.longestMs : undefined } = retry;
    if (value?.retry) check({ firstMs, longestMs }, nearestNode(node, "send", name, "retry", "firstMs"));
  }
}

interface Port {
  readonly port: number;
  readonly host: string;
  readonly owner: string;
}

function checkPorts(
  file: Partially<GatewayFile>,
  root: ConfigNode,
  channels: readonly ReadChannel[],
  problems: Problems,
): void {
  const taken: Port[] = [];
  const take = (port: Port, spot: Spot) => {
    if (port.port === 0) return;
    const other = taken.find((one) => one.port === port.port && overlap(one.host, port.host));
    if (!other) taken.push(port);
    else problems.add(spot, "CONFIG_PORT_TAKEN", { port: port.port, other: other.owner });
  };
  const monitor = file.monitor?.port;
  if (typeof monitor === "number") {
    take({ port: monitor, host: LOOPBACK, owner: "monitor" }, nearestNode(root, "monitor", "port"));
  }
  for (const { name, value, node } of channels) {
    const config = value?.listen?.adapter?.config as { port?: unknown; host?: unknown } | null | undefined;
    if (typeof config?.port !== "number") continue;
    const host = typeof config.host === "string" ? config.host : "";
    const listen = nearestNode(node, "listen");
    const adapter = adapterEntry(listen, LISTEN_SETTINGS);
    const spot = adapter ? nearestNode(adapter.value, "port") : listen;
    take({ port: config.port, host, owner: `channel ${shown(name)}` }, spot);
  }
}

/** True where two listeners at the same port would meet: the same host, or one that stands for all. */
function overlap(a: string, b: string): boolean {
  const every = (host: string) => host === "" || host === "0.0.0.0" || host === "::" || host === "[::]";
  const plain = (host: string) => host.toLowerCase() === "localhost" ? LOOPBACK : host.toLowerCase();
  return every(a) || every(b) || plain(a) === plain(b);
}

function checkKeys(root: ConfigNode, channels: readonly ReadChannel[], problems: Problems): void {
  if (root.kind !== "map" || root.entries.some(({ key }) => key === "keys")) return;
  for (const { value, node } of channels) {
    const sealing = (value?.send ?? []).find((destination) => destination.value?.encrypt);
    const spot = value?.decrypt
      ? nearestNode(node, "decrypt")
      : sealing && nearestNode(node, "send", sealing.name ?? "", "encrypt");
    if (!spot) continue;
    const hint = "name the gateway's own keys at the top of the file: keys: FILE";
    return problems.add(
      { path: spot.path, place: spot.keyPlace },
      "CONFIG_VALUE_MISSING",
      { key: "keys" },
      hint,
    );
  }
}
