import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { ActQuery, By } from "../../journal/acts.ts";
import type { HeldMessages } from "../../journal/holds.ts";
import type { DeliveryState, MessageQuery, MessageState } from "../../journal/records.ts";
import { errors } from "./errors.ts";
import { isRecord, malformed } from "./protocol.ts";

/** What a request says, to be read name by name. Every reader fails with CONTROL_REQUEST_MALFORMED. */
export type Params = Readonly<Record<string, unknown>>;

const states: Readonly<Record<MessageState | DeliveryState, true>> = {
  received: true,
  processed: true,
  filtered: true,
  quarantined: true,
  queued: true,
  delivered: true,
  gathering: true,
  cancelled: true,
  reviewing: true,
};

/** The name of a channel the gateway has. Errors: CONTROL_CHANNEL_UNKNOWN. */
export function channel(gateway: RunningGateway, params: Params): string {
  const name = text(params, "name");
  const known = gateway.snapshot().channels.some((state) => state.name === name);
  return known ? name : errors.fail("CONTROL_CHANNEL_UNKNOWN");
}

/** Who asks, and why. */
export function by(person: string, params: Params): By {
  const reason = optional(params, "reason", text);
  return { person, ...(reason === undefined ? {} : { reason }) };
}

export function readActQuery(params: Params): ActQuery {
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

/** Errors: CONTROL_FIELD_UNKNOWN. */
export function readQuery(gateway: RunningGateway, params: Params): MessageQuery {
  return {
    channel: optional(params, "channel", text),
    state: optional(params, "state", state),
    type: optional(params, "type", text),
    controlId: optional(params, "controlId", text),
    ...(params.fields === undefined ? {} : { fields: fields(gateway, params, "fields") }),
    sinceMs: optional(params, "sinceMs", count),
    untilMs: optional(params, "untilMs", count),
    limit: optional(params, "limit", count),
    before: optional(params, "before", text),
  };
}

function fields(gateway: RunningGateway, params: Params, name: string): Readonly<Record<string, string>> {
  const given = record(params, name), known = gateway.searchFields();
  for (const field of Object.keys(given)) {
    text(given, field);
    checkField(field, known);
  }
  return given as Record<string, string>;
}

function checkField(field: string, known: readonly string[]): void {
  if (known.includes(field)) return;
  errors.fail("CONTROL_FIELD_UNKNOWN", { field, known: known.join(", ") || "none" });
}

/** A hold by a misspelt field would hold nothing, and nobody would know. Errors: CONTROL_FIELD_UNKNOWN. */
export function readHeld(gateway: RunningGateway, params: Params): HeldMessages {
  const channel = optional(params, "channel", text), field = optional(params, "field", text);
  const sinceMs = optional(params, "sinceMs", count), untilMs = optional(params, "untilMs", count);
  if (field !== undefined) checkField(field, gateway.searchFields());
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(field === undefined ? {} : { field: [field, text(params, "value")] as const }),
  };
}

/** An object within a request. */
export function record(params: Params, name: string): Params {
  const value = params[name];
  return isRecord(value) ? value : malformed(name);
}

/** Bytes, as `{"base64": "…"}` stands for them on the line. */
export function bytes(params: Params, name: string): Uint8Array {
  const value = params[name];
  return value instanceof Uint8Array ? value : malformed(name);
}

/** At least one text. */
export function texts(params: Params, name: string): readonly string[] {
  const value = params[name];
  if (!Array.isArray(value) || value.length === 0) return malformed(name);
  return value.every((each) => typeof each === "string" && each !== "") ? value : malformed(name);
}

export function optional<T>(
  params: Params,
  name: string,
  read: (params: Params, name: string) => T,
): T | undefined {
  return params[name] === undefined ? undefined : read(params, name);
}

export function text(params: Params, name: string): string {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : malformed(name);
}

export function count(params: Params, name: string): number {
  const value = params[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : malformed(name);
}

export function toggle(params: Params, name: string): boolean {
  const value = params[name] ?? false;
  return typeof value === "boolean" ? value : malformed(name);
}

function state(params: Params, name: string): MessageState | DeliveryState {
  const value = text(params, name);
  return Object.hasOwn(states, value) ? value as MessageState | DeliveryState : malformed(name);
}
