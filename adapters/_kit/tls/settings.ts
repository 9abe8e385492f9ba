import {
  choice,
  type Config,
  durationMs,
  list,
  map,
  path,
  record,
  secret,
  text,
} from "../../../runtime/contract/spec.ts";
import type { Unfit } from "../../../runtime/contract/spec.ts";

const certificate = <const O extends { readonly optional: true } | Record<never, never>>(
  about: string,
  otherwise: O,
) => path(about, { expects: "file" as const, example: "./pki/server.pem", ...otherwise });

const versionMin = choice("Oldest version of TLS that is spoken; the newest both sides know is.", [
  "1.2",
  "1.3",
], {
  default: "1.2",
});

const serverFields = {
  certificate: certificate("PEM file: the certificate, then those between it and a root.", {}),
  key: secret("Its private key, PEM without a password.", { example: "secret:tls-key" }),
  names: map(
    "Certificates for clients that ask for another name (SNI).",
    "name",
    record("Shown to who asks for the name.", {
      certificate: certificate("PEM file: the certificate, then those between it and a root.", {}),
      key: secret("Its private key, PEM without a password.", { example: "secret:tls-key" }),
    }),
    { optional: true },
  ),
  clients: list(
    "Who may come: `partners`, all that the gateway file lists, or some of them by name. They MUST show a certificate that is " +
      "one of theirs. Anybody, without one, where left out.",
    text("`partners`, or a partner's name.", {
      isPartner: true,
      pattern: { matches: ".+", says: "is partners, or the name of a partner", words: ["partners"] },
    }),
    { optional: true, orOne: true, example: "partners" },
  ),
  versionMin,
  handshakeMsMax: durationMs("How long a client may take until TLS has come about.", {
    default: 10_000,
    min: 1,
  }),
} as const;

const clientFields = {
  ca: list(
    "PEM files of what the server's chain must end in, instead of the public roots.",
    path("A PEM file.", { expects: "file" }),
    { optional: true, orOne: true, example: "./pki/hospital_root.pem" },
  ),
  partner: text(
    "Partner whose certificate the server must show; who issued it, and for which name, does not matter then.",
    { optional: true, example: "acme", isPartner: true },
  ),
  certificate: certificate("PEM file: what is shown to a server that asks who we are.", { optional: true }),
  key: secret("Its private key, PEM without a password.", { optional: true, example: "secret:tls-key" }),
  serverName: text("Name the server's certificate must carry; the host where left out.", {
    optional: true,
    example: "ehr.hospital.example",
  }),
  versionMin,
} as const;

/** How a listener speaks TLS. */
export const serverTls = record(
  "Speaks TLS. Certificate, key and partners are read again when they change.",
  serverFields,
  { optional: true },
);

/** How a sender speaks TLS. */
export const clientTls = record(
  "Speaks TLS; `{}` trusts the public roots this machine trusts. Files are read again when they change.",
  clientFields,
  { optional: true },
);

/** How an adapter speaks TLS whose `role` says who calls whom. */
export const eitherTls = record(
  "Speaks TLS. Who waits for calls (`role: server`) needs certificate and key; who calls may say `{}`, and then trusts the " +
    "public roots this machine trusts. Files are read again when they change.",
  {
    ...serverFields,
    ...clientFields,
    certificate: certificate("PEM file: the certificate, then those between it and a root.", {
      optional: true,
    }),
  },
  { optional: true },
);

/** As a listener's settings have it. */
export type ServerTlsSettings = NonNullable<Config<typeof serverTls>>;
/** As a sender's settings have it. */
export type ClientTlsSettings = NonNullable<Config<typeof clientTls>>;
/** As an adapter's settings have it whose `role` says who calls whom. */
export type EitherTlsSettings = NonNullable<Config<typeof eitherTls>>;

/** The settings of a server, after `unfitTls` has found nothing. */
export function asServer(tls: EitherTlsSettings | undefined): ServerTlsSettings | undefined {
  return tls as ServerTlsSettings | undefined;
}

/** What of an adapter's TLS does not fit together, or not its role. */
export function unfitTls(
  tls: EitherTlsSettings | ClientTlsSettings | undefined,
  role: "server" | "client" = "client",
): Unfit[] {
  if (!tls) return [];
  const unfit: Unfit[] = [];
  const has = (setting: string) => (tls as Readonly<Record<string, unknown>>)[setting] !== undefined;
  const foreign = role === "server" ? ["ca", "partner", "serverName"] : ["names", "clients"];
  for (const setting of foreign.filter(has)) {
    unfit.push({ setting: "tls", rule: `has no use for ${setting} at role: ${role}` });
  }
  if (role === "server" && !has("certificate")) {
    unfit.push({ setting: "tls", rule: "needs certificate and key" });
  }
  if (has("certificate") !== has("key")) {
    unfit.push({ setting: "tls", rule: "needs certificate and key together" });
  }
  if (has("partner") && has("ca")) {
    unfit.push({
      setting: "tls",
      rule: "has either ca or partner: a partner is known by its own certificate",
    });
  }
  return unfit;
}
