import type { ListenTools } from "../../runtime/contract/adapter.ts";
import {
  bytes,
  choice,
  type Config,
  integer,
  text,
  toggle,
  type Unfit,
} from "../../runtime/contract/spec.ts";
import { placeSettings, requestSettings } from "../_kit/http/settings.ts";
import { unfitNetworks } from "../_kit/limits/settings.ts";
import { unfitUrl } from "./_target.ts";
import { clientSettings, hasSecrets, unfitClients } from "./receiving/client_settings.ts";
import type { ListenerCode } from "./receiving/errors.ts";

/** Settings of the listener. */
export const config = {
  port: integer("TCP port; 0 takes any free one. May be left out only with mount.", {
    min: 0,
    max: 65535,
    optional: true,
    example: 8080,
  }),
  mount: toggle(
    "Whether a service that runs the gateway inside itself hands over requests, with gateway.fetch; needs no port.",
    { default: false },
  ),
  url: text(
    "How partners reach it, where it is a door of the exchange: an https URL, which they get in our file of public keys.",
    {
      optional: true,
      example: "https://gateway.hospital.example:8443/",
    },
  ),
  ...placeSettings,
  path: text("Path messages are posted to. Every other path is unknown.", {
    default: "/",
    example: "/patients",
    pattern: {
      matches: "^/[A-Za-z0-9._~/-]*$",
      says: "starts with / and holds letters, digits and . _ ~ - /",
    },
  }),
  ...clientSettings,
  answer: choice(
    "What a sender is told: `outcome`, what the channel says of its message, as `acknowledge` has it; `status`, as soon as " +
      "the message is durable, the URL that tells how far it has come.",
    ["outcome", "status"],
    { default: "outcome" },
  ),
  openapi: toggle(
    "Whether senders are given an OpenAPI document of all this, at `openapi.json` below path.",
    {
      default: true,
    },
  ),
  bodyBytesMax: bytes("Largest body taken. The beginning of a larger one goes to quarantine.", {
    default: 10 * 1024 * 1024,
    min: 1,
  }),
  ...requestSettings,
} as const;

/** What does not fit together. */
export function check(config: Settings): readonly Unfit[] {
  const { url } = config;
  return [
    ...unfitNetworks(config),
    ...unfitClients(config),
    ...unprovable(config),
    ...(url === undefined ? [] : unfitUrl({ url, tls: undefined })),
  ];
}

/** A client without a secret shows its certificate, which TLS must ask for. */
function unprovable({ clients, tls }: Settings): Unfit[] {
  if (tls?.clients) return [];
  return Object.entries(clients).filter(([, proofs]) => !hasSecrets(proofs)).map(([name]) => ({
    setting: "clients",
    rule:
      `must let ${name} prove who it is: by bearer, basic or signature, or by a certificate, with tls.clients`,
  }));
}

/** What a config says, parsed. */
export type Settings = Config<typeof config>;

/** What the listener's parts are given. */
export type Tools = ListenTools<typeof config, ListenerCode>;
