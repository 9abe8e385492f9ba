import type { ListenTools } from "../../runtime/contract/adapter.ts";
import {
  bytes,
  choice,
  type Config,
  durationMs,
  integer,
  list,
  map,
  record,
  secret,
  text,
  type Unfit,
} from "../../runtime/contract/spec.ts";
import { basicLogin, placeSettings, requestSettings, several } from "../_kit/http/settings.ts";
import { unfitNetworks } from "../_kit/limits/settings.ts";
import type { ListenerCode } from "./_errors.ts";
import type { Provider } from "./providers/provider.ts";
import { kinds, providers } from "./providers/providers.ts";
import { telnyxKey } from "./providers/telnyx.ts";

const https = { matches: "https://[^\\s/]+/.*", says: "begins with https:// and a host" };

const account = record("One provider, or one account with it.", {
  kind: choice("Whose requests they are.", kinds),
  login: record(
    "User and password that it shows: as `Authorization: Basic`, or, at efax, within its XML.",
    basicLogin,
    { optional: true, example: { user: "sinch", password: "secret:sinch-webhook" } },
  ),
  token: list(
    `Webhook token that phaxio signs its requests with. ${several}`,
    secret("One token."),
    { optional: true, orOne: true, example: "secret:phaxio-token" },
  ),
  url: text(
    "The URL that phaxio calls, exactly as it stands in its console: it is signed, too.",
    { optional: true, pattern: https, example: "https://gateway.hospital.example/fax/phaxio" },
  ),
  publicKey: list(
    `Public key of the telnyx account, in base64. ${several}`,
    text("One key."),
    { optional: true, orOne: true, example: "3YkZjY9tYpVjXr2cF0u5cM1l8Jv8m3cO0lG1r0s2xXk=" },
  ),
  signatureAgeMsMax: durationMs(
    "How far the time at which telnyx signed a request may be from this machine's, before or after.",
    { default: 300_000, min: 1_000, max: 3_600_000 },
  ),
  api: record(
    "Credentials of ours, for documents that are to be fetched from the provider's own API.",
    {
      user: text("The user, or the key's id.", { optional: true }),
      secret: secret("The password, or the key."),
      project: text("The project, at sinch.", { optional: true }),
    },
    { optional: true, example: { user: "hospital", secret: "secret:interfax-password" } },
  ),
  media: list(
    "How the URLs of documents may begin that telnyx names, beside its own store's. From nowhere else is anything fetched.",
    text("The beginning of a URL.", { pattern: https }),
    { optional: true, orOne: true, example: "https://media.telnyx.example/faxes/" },
  ),
});

/** Settings of the listener. */
export const config = {
  port: integer("TCP port; 0 takes any free one.", { min: 0, max: 65535, example: 8443 }),
  ...placeSettings,
  path: text(
    "Path that the paths of the providers begin with: `/fax/phaxio` is that of the provider `phaxio`.",
    {
      default: "/fax",
      pattern: {
        matches: "^(/[A-Za-z0-9._~-]+)+$",
        says: "is names of letters, digits and . _ ~ -, each behind a slash",
      },
    },
  ),
  providers: map(
    "Who may post faxes, each by our name for it, which is in the path and in what is kept of a fax's arrival.",
    "provider",
    account,
    {
      example: {
        phaxio: { kind: "phaxio", token: "secret:phaxio-token", url: "https://gw.example/fax/phaxio" },
      },
    },
  ),
  bodyBytesMax: bytes("Largest body taken. A document in base64 takes a third more than by itself.", {
    default: 64 * 1024 * 1024,
    min: 1,
  }),
  documentBytesMax: bytes("Largest document fetched.", { default: 50 * 1024 * 1024, min: 1 }),
  fetchMsMax: durationMs("How long fetching a document may take.", { default: 30_000, min: 1 }),
  ...requestSettings,
} as const;

/** What a config says, parsed. */
export type Settings = Config<typeof config>;
/** What it says of one provider. */
export type AccountSettings = Settings["providers"][string];

/** What does not fit together. */
export function check(config: Settings): readonly Unfit[] {
  const names = Object.keys(config.providers);
  return [
    ...unfitNetworks(config),
    ...(names.length === 0 ? [{ setting: "providers", rule: "must name one at least" }] : []),
    ...Object.entries(config.providers).flatMap(([name, settings]) =>
      rulesOf(name, settings).map((rule) => ({ setting: "providers", rule }))
    ),
  ];
}

function rulesOf(name: string, settings: AccountSettings): string[] {
  const { kind, api, publicKey = [] } = settings;
  const { needs, takes, apiNeeds = [] }: Provider = providers[kind];
  const has = (use: keyof AccountSettings) => settings[use] !== undefined;
  const uses = ["login", "token", "url", "publicKey", "api", "media"] as const;
  return [
    ...(/^[A-Za-z0-9._~-]{1,64}$/.test(name)
      ? []
      : ["must have names of letters, digits and . _ ~ -, 64 at most"]),
    ...needs.filter((use) => !has(use)).map((use) => `must give ${name} ${use}: ${kind} cannot do without`),
    ...uses.filter((use) => has(use) && !needs.includes(use) && !takes.includes(use))
      .map((use) => `must not give ${name} ${use}: ${kind} has no use for it`),
    ...(api ? apiNeeds : []).filter((part) => api?.[part] === undefined)
      .map((part) => `must give ${name} api.${part}: ${kind} cannot do without`),
    ...publicKey.filter((key) => !telnyxKey(key))
      .map(() => `must give ${name} a publicKey of 32 bytes in base64, as telnyx shows it`),
  ];
}

/** What the listener's parts are given. */
export type Tools = ListenTools<typeof config, ListenerCode>;
