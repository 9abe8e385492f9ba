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

/** How a listener speaks TLS. */
export const serverTls = record(
  "Speaks TLS. Certificate, key and partners are read again when they change.",
  {
    certificate: certificate("PEM file: the certificate, then those between it and a root.", {}),
    key: secret("Its private key, PEM without a password.", { example: "secret:tls-key" }),
    names: map(
      "Certificates for clients that ask for another name (SNI).",
      "name",
      record("Shown to who asks for the name.", {
        certificate: certificate("PEM file: the certificate, then those between it and a root.", {}),
        key: secret("Its private key, PEM without a password.", { example: "secret:tls-key" }),
      }),
      { default: {} },
    ),
    clients: list(
      "Who may come: `partners`, all that the gateway file lists, or some of them by name. They MUST show a certificate that is " +
        "one of theirs. Anybody, without one, where left out.",
      text("`partners`, or a partner's name."),
      { optional: true, orOne: true, example: "partners" },
    ),
    versionMin,
    handshakeMsMax: durationMs("How long a client may take until TLS has come about.", {
      default: 10_000,
      min: 1,
    }),
  },
  { optional: true },
);

/** How a sender speaks TLS. */
export const clientTls = record(
  "Speaks TLS; `{}` trusts the public roots this machine trusts. Files are read again when they change.",
  {
    ca: list(
      "PEM files of what the server's chain must end in, instead of the public roots.",
      path("A PEM file.", {
        expects: "file",
      }),
      { optional: true, orOne: true, example: "./pki/hospital_root.pem" },
    ),
    partner: text(
      "Partner whose certificate the server must show; who issued it, and for which name, does not matter then.",
      {
        optional: true,
        example: "acme",
      },
    ),
    certificate: certificate("PEM file: what is shown to a server that asks who we are.", { optional: true }),
    key: secret("Its private key, PEM without a password.", { optional: true, example: "secret:tls-key" }),
    serverName: text("Name the server's certificate must carry; the host where left out.", {
      optional: true,
      example: "ehr.hospital.example",
    }),
    versionMin,
  },
  { optional: true },
);

/** As a listener's settings have it. */
export type ServerTlsSettings = NonNullable<Config<typeof serverTls>>;
/** As a sender's settings have it. */
export type ClientTlsSettings = NonNullable<Config<typeof clientTls>>;

/** What of a sender's TLS does not fit together. */
export function unfitTls(tls: Config<typeof clientTls>): readonly Unfit[] {
  if (!tls) return [];
  const unfit: Unfit[] = [];
  if (tls.partner !== undefined && tls.ca) {
    unfit.push({
      setting: "tls",
      rule: "has either ca or partner: a partner is known by its own certificate",
    });
  }
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    unfit.push({ setting: "tls", rule: "needs certificate and key together" });
  }
  return unfit;
}
