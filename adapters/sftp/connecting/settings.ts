import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import {
  type Config,
  durationMs,
  integer,
  list,
  path,
  record,
  secret,
  text,
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { hostPattern } from "../../_kit/settings/host.ts";
import type { ConnectCode } from "./errors.ts";

/** One SSH server, and how to sign in there. */
const hopSettings = {
  host: text("Host name or address of the SSH server.", { example: "files.example", pattern: hostPattern }),
  port: integer("Its TCP port.", { min: 1, max: 65535, default: 22 }),
  user: text("Name to sign in with.", { example: "mitral" }),
  key: secret(
    "Private key to sign in with, in the form of OpenSSH or in PEM: ed25519, ecdsa, or rsa from 2048 bits.",
    {
      optional: true,
      example: "secret:sftp-key",
    },
  ),
  passphrase: secret("What the key is encrypted with.", {
    optional: true,
    example: "secret:sftp-passphrase",
  }),
  password: secret("Password to sign in with, also where the server asks for it in a dialogue.", {
    optional: true,
    example: "secret:sftp-password",
  }),
  hostKeys: list(
    "Keys the server may show: fingerprints, with or without the kind of key before them, or whole public keys.",
    text("A fingerprint or a public key.", {
      example: "SHA256:NMflXoEl7mhKvvCaRJs67i4FMkSYAB+AsZqOBuVbEOk",
      pattern: {
        matches:
          "^\\s*(([a-z][a-z0-9@.-]+\\s+)?SHA256:[A-Za-z0-9+/]{43}=?|(ssh|ecdsa)-[a-z0-9-]+\\s+AAAA[A-Za-z0-9+/]+=*(\\s.*)?)$",
        says: "is SHA256:… as ssh-keygen -l shows it, or a public key",
      },
    }),
    { optional: true, orOne: true, example: ["SHA256:NMflXoEl7mhKvvCaRJs67i4FMkSYAB+AsZqOBuVbEOk"] },
  ),
  knownHosts: path("File of keys that servers may show, as OpenSSH keeps it. Read at every connection.", {
    optional: true,
    example: "./known_hosts",
  }),
} as const;

/** Settings of everything that calls an SFTP server. */
export const connectSettings = {
  ...hopSettings,
  via: record("SSH server to reach the other one through.", hopSettings, { optional: true }),
  connectMsMax: durationMs("How long the server may take to accept a connection.", {
    default: 10_000,
    min: 1,
  }),
  signInMsMax: durationMs("How long the server may take to let us in, from then on.", {
    default: 20_000,
    min: 1,
  }),
  answerMsMax: durationMs("How long the server may answer nothing while something was asked of it.", {
    default: 30_000,
    min: 1,
  }),
  keepAliveMs: durationMs(
    "After how long without anything to do the server is asked whether it is still there; 0 never asks.",
    { default: 15_000, min: 0 },
  ),
  keepMs: durationMs(
    "How long a connection that is not used is kept for the next use; 0 closes it at once.",
    {
      default: 60_000,
      min: 0,
    },
  ),
} as const;

/** One SSH server of a config. */
export type Hop = Config<typeof hopSettings>;

/** What calls an SFTP server is given. */
export type ConnectTools = Pick<
  AdapterTools<typeof connectSettings, ConnectCode>,
  "config" | "world" | "error" | "report"
>;

/** Settings that do not fit together. */
export function checkConnection(config: Config<typeof connectSettings>): readonly Unfit[] {
  return [
    ...checkHop(config, ""),
    ...config.via ? checkHop(config.via, "via.") : [],
  ];
}

function* checkHop({ key, passphrase, password }: Hop, within: string): Iterable<Unfit> {
  if (!key && !password) yield { setting: `${within}key`, rule: "is needed where there is no password" };
  if (passphrase && !key) yield { setting: `${within}passphrase`, rule: "is of use with a key only" };
}
