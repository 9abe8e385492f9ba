import type { ChannelPlan, DestinationPlan, GatewayPlan, Order } from "../engine/plan.ts";
import type { ChannelFile, DestinationFile, GatewayFile } from "./gateway_shape.ts";

/** The plan of a gateway file without problems. */
export function planGateway(file: GatewayFile, folder: string): GatewayPlan {
  const { gateway, data, keys, monitor, drainMsMax, journal } = file;
  return {
    name: gateway,
    folder,
    data,
    ...(keys === undefined ? {} : { keys }),
    partners: file.partners ?? {},
    ...(monitor === undefined ? {} : { monitor }),
    drainMsMax,
    journal,
    channels: file.channels.map(({ name, value }) => planChannel(name, value)),
  };
}

function planChannel(name: string, file: ChannelFile): ChannelPlan {
  const { about, listen, decrypt, parse, filter, transform, supervise } = file;
  return {
    name,
    about,
    listen: listen.adapter,
    acknowledge: listen.acknowledge,
    answerMsMax: listen.answerMsMax,
    messageBytesMax: listen.messageBytesMax,
    ...(decrypt === undefined ? {} : { decrypt: { ...decrypt.envelope, from: decrypt.from } }),
    parse,
    steps: [...filter, ...transform],
    destinations: file.send.map((destination) => planDestination(destination.name, destination.value, file)),
    supervise,
  };
}

function planDestination(name: string, file: DestinationFile, channel: ChannelFile): DestinationPlan {
  const { filter, transform, encrypt, adapter, retry } = file;
  return {
    name,
    steps: [...filter, ...transform],
    ...(encrypt === undefined
      ? {}
      : { encrypt: { ...encrypt.envelope, to: encrypt.to, expiresMs: encrypt.expiresMs } }),
    send: adapter,
    order: planOrder(file.order ?? channel.order),
    retry: {
      firstMs: retry?.firstMs ?? channel.retry.firstMs,
      longestMs: retry?.longestMs ?? channel.retry.longestMs,
      refusedMs: retry?.refusedMs ?? channel.retry.refusedMs,
    },
  };
}

/** `channel`, `none`, `by key` or `by PATH`, as the shape's pattern has it. */
function planOrder(written: string): Order {
  if (written === "channel" || written === "none") return { by: written };
  const path = written.slice("by ".length);
  return path === "key" ? { by: "key" } : { by: "key", path };
}
