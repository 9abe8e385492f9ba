import { declareErrors, type ErrorTable, type Fault } from "../contract/error.ts";

/** Everything here is found before the gateway starts and is mended in its file. */
function fault<const Says extends string>(says: Says): Fault {
  return { blame: "operator", retry: "never", says };
}

/**
 * What can be wrong with a gateway file. Each becomes a `Problem` with its place; but for what only a partner's file says
 * (CONFIG_LINK_UNFIT), none is ever thrown. Facts name settings, names and paths; the value of a secret is in none of them.
 */
export const errors = declareErrors("config", {
  CONFIG_GATEWAY_INVALID: fault(
    "Cannot open gateway: {problems} problems in its configuration, the first at {place}: {code} {rule}",
  ),
  CONFIG_FILE_UNREADABLE: fault("Cannot read gateway file: {reason}"),
  CONFIG_YAML_INVALID: fault("Cannot read YAML: {rule}"),
  CONFIG_YAML_UNSUPPORTED: fault("Cannot use this YAML in a gateway file: {rule}"),
  CONFIG_KEY_UNKNOWN: fault("Cannot read {where}: no setting is called {key}"),
  CONFIG_KEY_REPEATED: fault("Cannot read {where}: {key} is there already, on line {line}"),
  CONFIG_NAME_INVALID: fault("Cannot use {key} as a name: {rule}"),
  CONFIG_VALUE_MISSING: fault("Cannot read {where}: {key} is missing"),
  CONFIG_VALUE_INVALID: fault("Cannot read {where}: {rule}"),
  CONFIG_VALUE_RANGE: fault("Cannot read {where}: must be {range}, not {value}"),
  CONFIG_VALUE_SPLIT: fault("Cannot read {where}: YAML split one text into several"),
  CONFIG_SECRET_LITERAL: fault("Cannot read {where}: a secret must be a reference, not the secret itself"),
  CONFIG_SECRET_MISSING: fault("Cannot read {where}: {reference} gives no secret, {reason}"),
  CONFIG_VARIABLE_MISSING: fault("Cannot read {where}: no variable is called {name}"),
  CONFIG_PATH_MISSING: fault("Cannot read {where}: no {expected} at {path}"),
  CONFIG_ADAPTER_MISSING: fault("Cannot read {where}: no adapter is named"),
  CONFIG_ADAPTER_REPEATED: fault("Cannot read {where}: one adapter only, and {first} is named already"),
  CONFIG_ADAPTER_UNKNOWN: fault("Cannot read {where}: no adapter is called {key}"),
  CONFIG_FORMAT_UNKNOWN: fault("Cannot read {where}: no format is called {key}"),
  CONFIG_ENVELOPE_UNKNOWN: fault("Cannot read {where}: no envelope is called {key}"),
  CONFIG_TRANSFORM_UNKNOWN: fault("Cannot read {where}: no transform is called {key}"),
  CONFIG_COMPONENT_BROKEN: fault("Cannot load {key}: {reason}"),
  CONFIG_STEP_REFUSED: fault("Cannot prepare {step}: {reason}"),
  CONFIG_ACTOR_INVALID: fault("Cannot use {actor}: {rule}"),
  CONFIG_DESTINATION_UNKNOWN: fault("Cannot read {where}: the channel has no destination called {key}"),
  CONFIG_CHANNEL_UNKNOWN: fault("Cannot read {where}: no channel is called {key}"),
  CONFIG_CHANNEL_CIRCULAR: fault("Cannot hand on to {key}: what it hands on comes back to this channel"),
  CONFIG_PARTNER_UNKNOWN: fault("Cannot read {where}: no partner is called {key}"),
  CONFIG_LINK_UNFIT: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use the link {kind} of {partner}: {rule}",
  },
  CONFIG_PORT_TAKEN: fault("Cannot listen on port {port}: {other} listens there"),
  CONFIG_MOUNT_TAKEN: fault("Cannot take requests at {path}: {other} takes them"),
});

/** A code of the config layer. */
export type ConfigCode = typeof errors extends ErrorTable<infer Code> ? Code : never;
