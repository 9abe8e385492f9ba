import type { Problem } from "../../config/problem.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { ActQuery, By } from "../../journal/acts.ts";
import type { DeliveryState, MessageQuery, MessageState } from "../../journal/records.ts";
import { Feed } from "./_feed.ts";
import { errors } from "./errors.ts";
import { followed } from "./followed.ts";
import {
  malformed,
  type Method,
  type Methods,
  type Planned,
  type Request,
  type ShownMessage,
  type Stream,
} from "./protocol.ts";

/** What the control socket gives access to. */
export interface ControlService {
  readonly gateway: RunningGateway;
  /** What is told to run, and how that is changed. */
  readonly deployment: {
    /** Reads the gateway file again and gives the channel its new plan, unless the file has problems. */
    reload(channel: string): Promise<readonly Problem[]>;
    plan(file: string): Promise<Planned>;
    apply(file: string, options: { readonly channelsOnly: boolean }): Promise<Planned>;
    rollback(options: { readonly channelsOnly: boolean }): Promise<Planned>;
  };
}

type Params = Readonly<Record<string, unknown>>;

const states: Readonly<Record<MessageState | DeliveryState, true>> = {
  received: true,
  processed: true,
  filtered: true,
  quarantined: true,
  queued: true,
  delivered: true,
  gathering: true,
  cancelled: true,
};

const methods: {
  readonly [M in Method]: (
    service: ControlService,
    params: Params,
    person: string,
  ) => Promise<Methods[M]["result"]>;
} = {
  async "status"({ gateway }) {
    const statistics = await gateway.statistics();
    return { ...gateway.snapshot(), statistics };
  },
  "messages.list": ({ gateway }, params) => gateway.archive.list(readQuery(params)),
  async "messages.show"({ gateway }, params) {
    const found = await gateway.archive.show(text(params, "id"));
    if (!found) return null;
    const { received, payloads, ...facts } = found;
    const isQueued = found.deliveries.some(({ state }) => state === "queued");
    const shown: ShownMessage = isQueued ? { ...facts, waiting: await gateway.waitsFor(found.id) } : facts;
    return toggle(params, "content") ? { ...shown, received, payloads } : shown;
  },
  "messages.replay": ({ gateway }, params, person) =>
    gateway.replay(text(params, "id"), {
      destination: optional(params, "destination", text),
      force: toggle(params, "force"),
      by: by(person, params),
    }),
  "messages.release": ({ gateway }, params, person) =>
    gateway.release(text(params, "id"), {
      destination: optional(params, "destination", text),
      by: by(person, params),
    }),
  "messages.cancel": ({ gateway }, params, person) =>
    gateway.cancel(text(params, "id"), {
      destination: optional(params, "destination", text),
      by: by(person, params),
    }),
  "journal.acts": ({ gateway }, params) => gateway.archive.acts(readActQuery(params)),
  async "journal.release"({ gateway }, params, person) {
    await gateway.releaseSenders(by(person, params));
    return null;
  },
  async "channel.start"({ gateway }, params) {
    await gateway.startChannel(channel(gateway, params));
    return null;
  },
  async "channel.stop"({ gateway }, params) {
    await gateway.stopChannel(channel(gateway, params));
    return null;
  },
  "channel.flush": ({ gateway }, params, person) =>
    gateway.closeBatch(
      channel(gateway, params),
      optional(params, "destination", text),
      by(person, params),
    ),
  async "channel.pause"({ gateway }, params, person) {
    await gateway.pause(channel(gateway, params), text(params, "destination"), by(person, params));
    return null;
  },
  async "channel.resume"({ gateway }, params, person) {
    await gateway.resume(channel(gateway, params), text(params, "destination"), by(person, params));
    return null;
  },
  "channel.skip": ({ gateway }, params, person) =>
    gateway.skip(channel(gateway, params), text(params, "destination"), by(person, params)),
  async "channel.divert"({ gateway }, params, person) {
    const to = optional(params, "to", text) ?? null;
    await gateway.divert(channel(gateway, params), text(params, "destination"), to, by(person, params));
    return null;
  },
  "channel.reload": ({ deployment }, params) => deployment.reload(text(params, "name")),
  "plan": ({ deployment }, params) => deployment.plan(text(params, "file")),
  "apply": ({ deployment }, params) =>
    deployment.apply(text(params, "file"), { channelsOnly: toggle(params, "channelsOnly") }),
  "rollback": ({ deployment }, params) =>
    deployment.rollback({ channelsOnly: toggle(params, "channelsOnly") }),
};

const streams: {
  readonly [S in Stream]: (service: ControlService, params: Params) => Feed<unknown>;
} = {
  "events.follow"({ gateway }, params) {
    const name = params.name === undefined ? undefined : channel(gateway, params);
    return new Feed((offer) =>
      gateway.observe((event) => {
        const told = followed(event);
        if (told && (name === undefined || told.channel === name)) offer(told);
      })
    );
  },
};

/**
 * Does what a request asks; what is to be followed comes as a feed. Errors: CONTROL_METHOD_UNKNOWN,
 * CONTROL_REQUEST_MALFORMED, and the gateway's own.
 */
export async function answer(
  service: ControlService,
  { method, params, person }: Pick<Request, "method" | "params" | "person">,
): Promise<unknown> {
  if (Object.hasOwn(streams, method)) return streams[method as Stream](service, params);
  if (!Object.hasOwn(methods, method)) errors.fail("CONTROL_METHOD_UNKNOWN");
  return await methods[method as Method](service, params, person);
}

function channel(gateway: RunningGateway, params: Params): string {
  const name = text(params, "name");
  const known = gateway.snapshot().channels.some((state) => state.name === name);
  return known ? name : errors.fail("CONTROL_CHANNEL_UNKNOWN");
}

/** Who asks, and why. */
function by(person: string, params: Params): By {
  const reason = optional(params, "reason", text);
  return { person, ...(reason === undefined ? {} : { reason }) };
}

function readActQuery(params: Params): ActQuery {
  return {
    channel: optional(params, "channel", text),
    destination: optional(params, "destination", text),
    person: optional(params, "person", text),
    sinceMs: optional(params, "sinceMs", count),
    untilMs: optional(params, "untilMs", count),
    limit: optional(params, "limit", count),
    before: optional(params, "before", count),
  };
}

function readQuery(params: Params): MessageQuery {
  return {
    channel: optional(params, "channel", text),
    state: optional(params, "state", state),
    type: optional(params, "type", text),
    controlId: optional(params, "controlId", text),
    sinceMs: optional(params, "sinceMs", count),
    untilMs: optional(params, "untilMs", count),
    limit: optional(params, "limit", count),
    before: optional(params, "before", text),
  };
}

function optional<T>(params: Params, name: string, read: (params: Params, name: string) => T): T | undefined {
  return params[name] === undefined ? undefined : read(params, name);
}

function text(params: Params, name: string): string {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : malformed(name);
}

function count(params: Params, name: string): number {
  const value = params[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : malformed(name);
}

function toggle(params: Params, name: string): boolean {
  const value = params[name] ?? false;
  return typeof value === "boolean" ? value : malformed(name);
}

function state(params: Params, name: string): MessageState | DeliveryState {
  const value = text(params, name);
  return Object.hasOwn(states, value) ? value as MessageState | DeliveryState : malformed(name);
}
