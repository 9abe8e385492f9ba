import { join } from "node:path";
import { exitCodes } from "../exit_codes.ts";
import { errors } from "../errors.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { bytesReader, integerReader } from "../values.ts";

interface InitOptions {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  readonly host: string;
  readonly wssPort: number;
  readonly tlsPort: number;
  readonly monitorPort: number;
  readonly store?: string;
  readonly mailboxBytesMax: number;
  readonly storeBytesMax: number;
  readonly frameBytesMax: number;
  readonly json?: boolean;
}

const port = (name: string) => integerReader(name, 1, 65_535);
const STORE_BYTES = [1e6, 1e15] as const;
/** NATS advises against more than 8 MB, and knows no more than 64. */
const FRAME_BYTES = [65_536, 64 * 1024 ** 2] as const;

/** `mitral relay init` */
export const addRelayInit: AddCommand = (parent, session) => {
  const command = parent.command("init <folder>");
  /** An option whose default is told as people write it. */
  const sized = (
    flag: string,
    about: string,
    [min, max]: readonly [number, number],
    value: number,
    told: string,
  ) =>
    command.createOption(`--${flag} <size>`, about).argParser(bytesReader(`--${flag}`, min, max)).default(
      value,
      told,
    );
  command
    .description("write the configuration of a relay's server, and the operator's keys, to a new folder")
    .requiredOption("--name <host>", "host name by which partners call the relay")
    .requiredOption("--certificate <file>", "PEM file of the certificate for that name, with its chain")
    .requiredOption("--key <file>", "PEM file of its private key")
    .option("--host <address>", "address of this machine to listen on", "0.0.0.0")
    .option(
      "--wss-port <port>",
      "for WebSocket over TLS, which passes where the web does",
      port("--wss-port"),
      443,
    )
    .option("--tls-port <port>", "for NATS over TLS, and for this tool", port("--tls-port"), 4222)
    .option("--monitor-port <port>", "for what is measured, on loopback only", port("--monitor-port"), 8222)
    .option("--store <folder>", "where mailboxes are kept (default: store, in the folder)")
    .addOption(sized("mailbox-bytes-max", "what may wait in a mailbox", STORE_BYTES, 1e9, "1 GB"))
    .addOption(sized("store-bytes-max", "what all mailboxes may hold together", STORE_BYTES, 50e9, "50 GB"))
    .addOption(
      sized(
        "frame-bytes-max",
        "the largest piece of a message that is taken",
        FRAME_BYTES,
        4 * 1024 ** 2,
        "4 MiB",
      ),
    )
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      examples("mitral relay init relay --name relay.example --certificate relay.pem --key relay.key"),
    )
    .action(session.act((folder: string, options: InitOptions) => init(folder, options, session)));
};

async function init(folder: string, options: InitOptions, session: Session) {
  const [{ accountsConfig }, { serverConfig }, { FILES }, { writeRelay }, { nkeys }] = await Promise.all([
    import("../relay/accounts_config.ts"),
    import("../relay/server_config.ts"),
    import("../relay/relay_folder.ts"),
    import("../relay/relay_file.ts"),
    import("@nats-io/nats-core/internal"),
  ]);
  const { name, host, wssPort, tlsPort, monitorPort, mailboxBytesMax, storeBytesMax, frameBytesMax } =
    options;
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name)) {
    errors.fail("CONSOLE_VALUE_WRONG", { name: "--name", wanted: "a host name, such as relay.example" });
  }
  await mustFit(options, session);
  const certificate = session.path(options.certificate);
  const config = serverConfig({
    name,
    host,
    wssPort,
    tlsPort,
    monitorPort,
    certificate,
    key: session.path(options.key),
    store: session.path(options.store ?? join(folder, "store")),
    storeBytesMax,
    frameBytesMax,
    accounts: FILES.accounts,
  });
  const [hub, system] = [nkeys.createUser(), nkeys.createUser()];
  const relay = {
    name,
    url: `wss://${name}${wssPort === 443 ? "" : `:${wssPort}`}`,
    address: `${isEverywhere(host) ? "127.0.0.1" : host}:${tlsPort}`,
    certificate,
    mailboxBytesMax,
    operator: { hub: hub.getPublicKey(), system: system.getPublicKey() },
    partners: [],
    links: [],
  };
  const encoder = new TextEncoder();
  const files: readonly (readonly [string, Uint8Array, number?])[] = [
    [FILES.hubSeed, hub.getSeed(), 0o600],
    [FILES.systemSeed, system.getSeed(), 0o600],
    [FILES.server, encoder.encode(config)],
    [FILES.accounts, encoder.encode(accountsConfig(relay))],
    // Last, since it says that the folder is a relay's.
    [FILES.relay, encoder.encode(writeRelay(relay))],
  ];
  // All names are looked at before anything is written, so that no half of a relay is left lying about.
  for (const [file] of files) await session.mustBeFree(join(folder, file));
  for (const [file, bytes, mode] of files) await session.writeNew(join(folder, file), bytes, mode);
  const written = files.map(([file]) => join(folder, file));
  if (options.json) {
    session.printJson({ folder, url: relay.url, operator: relay.operator, files: written });
  } else {
    for (const file of written) session.print(`wrote ${file}`);
    session.print(`partners call it ${session.paint.bold(relay.url)}`);
    session.print(`next: nats-server -c ${join(folder, FILES.server)}, then mitral relay apply ${folder}`);
  }
  return exitCodes.ok;
}

async function mustFit({ certificate, key }: InitOptions, session: Session): Promise<void> {
  const [certificatePem, keyPem] = [await session.read(certificate), await session.read(key)].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  const misfit = await session.outside.world.net.misfitOf({ certificate: certificatePem, key: keyPem });
  if (misfit === undefined) return;
  const [name, wanted] = {
    certificate: [certificate, "a PEM file of a certificate"],
    key: [key, "a PEM file of a private key without a password"],
    pair: [key, `the key of ${certificate}`],
  }[misfit];
  errors.fail("CONSOLE_VALUE_WRONG", { name, wanted });
}

/** Whether an address stands for all of this machine's. */
function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
