import type { Command } from "commander";

/** How a command speaks TLS with a peer. */
export interface TlsOptions {
  readonly tls?: boolean;
  readonly ca?: string;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Adds the options that say how TLS is spoken with a peer. */
export function addTlsOptions(command: Command): Command {
  return addTlsTrust(
    command.option("--tls", "speak TLS, and trust the public roots; so do all of the following"),
  );
}

/** Adds those of them that say whom to trust and who we are, for a command that speaks TLS anyway. */
export function addTlsTrust(command: Command): Command {
  return command
    .option("--ca <file>", "PEM file of what the peer's chain must end in, instead of the public roots")
    .option("--servername <name>", "name to ask for, and to find in its certificate (default: the host)")
    .option("--cert <file>", "PEM file of the certificate to show it; with --key")
    .option("--key <file>", "PEM file of its private key");
}

/** The setting `tls` of an adapter, as a gateway file would have it; `undefined` where none of the options is given. */
export function tlsSetting(
  { tls, ca, servername, cert, key }: TlsOptions,
): Record<string, string> | undefined {
  const setting = {
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { serverName: servername }),
    ...(cert === undefined ? {} : { certificate: cert }),
    ...(key === undefined ? {} : { key: `file:${key}` }),
  };
  return tls || Object.keys(setting).length > 0 ? setting : undefined;
}
