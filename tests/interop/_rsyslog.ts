import type { Folder } from "../bad_input/_site.ts";
import { pki } from "../world/pki.ts";
import type { Peer } from "./_peers.ts";

/** A message as rsyslog has understood it. */
export interface Received {
  readonly priority: number;
  /** As RFC 3339 has it. */
  readonly time: string;
  readonly hostName: string;
  readonly appName: string;
  readonly messageId: string;
  readonly structuredData: string;
  /** Without the mark of UTF-8. */
  readonly text: string;
}

/** Parts of a line, told apart by what stands in no part of a header. */
const TEMPLATE = [
  "pri",
  "timereported:::date-rfc3339",
  "hostname",
  "app-name",
  "msgid",
  "structured-data",
  "msg",
]
  .map((property) => `%${property}%`).join(" ");

/**
 * A collector that other people wrote: rsyslogd, which takes messages by TLS from whoever shows a certificate that the root of
 * the tests has signed, and writes them to a file. Disposed: killed.
 */
export class Rsyslog implements AsyncDisposable {
  readonly #rsyslogd: Peer;
  readonly #folder: Folder;
  #child: Deno.ChildProcess | undefined;
  #port = 0;

  private constructor(rsyslogd: Peer, folder: Folder) {
    this.#rsyslogd = rsyslogd;
    this.#folder = folder;
  }

  /** Listens once this resolves. Its files are in the folder. */
  static async start(rsyslogd: Peer, folder: Folder): Promise<Rsyslog> {
    const rsyslog = new Rsyslog(rsyslogd, folder);
    await Deno.mkdir(folder.at("rsyslog"));
    await folder.write("rsyslog/root.pem", pki.root.certificate);
    await folder.write("rsyslog/own.pem", pki.direct.certificate);
    await folder.write("rsyslog/own.key", pki.direct.key);
    await folder.write("rsyslog/received", "");
    await rsyslog.start();
    return rsyslog;
  }

  /** Where it listens, on localhost: the same after a restart. */
  get port(): number {
    return this.#port;
  }

  /** Listens once this resolves; where it has listened before, on the same port, a moment later. */
  async start(): Promise<void> {
    const at = (name: string) => this.#folder.at("rsyslog", name);
    await this.#folder.write(
      "rsyslog/rsyslog.conf",
      `global(workDirectory="${at("")}" maxMessageSize="64k"
  defaultNetstreamDriverCAFile="${at("root.pem")}"
  defaultNetstreamDriverCertFile="${at("own.pem")}"
  defaultNetstreamDriverKeyFile="${at("own.key")}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
template(name="received" type="string" string="${TEMPLATE}\\n")
input(type="imtcp" address="127.0.0.1" port="${this.#port}" listenPortFileName="${at("port")}")
action(type="omfile" file="${at("received")}" template="received")
`,
    );
    const child = this.#child = this.#rsyslogd.command(["-n", "-f", at("rsyslog.conf"), "-i", at("pid")], {
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    // A port that it was told it does not tell.
    if (this.#port > 0) return;
    const failed = child.status.then(({ code }): never => {
      throw new Error(`rsyslogd has ended by ${code}`);
    });
    failed.catch(() => {});
    const listens = this.#until(async () =>
      Number(await Deno.readTextFile(at("port")).catch(() => "")) || undefined
    );
    this.#port = await Promise.race([listens, failed]);
  }

  /** It goes away, as when a machine is switched off. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    await child?.status;
  }

  /** What it has written, once that is enough. */
  received(isEnough: (received: readonly Received[]) => boolean): Promise<readonly Received[]> {
    return this.#until(async () => {
      const received = readLines(await Deno.readTextFile(this.#folder.at("rsyslog", "received")));
      return isEnough(received) ? received : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** Looks after each change of a file in its folder. */
  async #until<T>(look: () => Promise<T | undefined>): Promise<T> {
    using watcher = Deno.watchFs(this.#folder.at("rsyslog"));
    const changes = watcher[Symbol.asyncIterator]();
    for (;;) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await changes.next();
    }
  }
}

/** Lines that have come whole. */
function readLines(text: string): readonly Received[] {
  return text.split("\n").slice(0, -1).map((line) => {
    const [priority, time, hostName, appName, messageId, structuredData, ...words] = line.split(" ");
    const message = words.join(" ");
    return {
      priority: Number(priority),
      time,
      hostName,
      appName,
      messageId,
      structuredData,
      text: message.replace(/^ ?\ufeff?/, ""),
    };
  });
}
