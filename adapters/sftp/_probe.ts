import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import type { InboxCode } from "../_kit/files/inbox_spec.ts";
import { nameFilter } from "../_kit/files/name_filter.ts";
import type { OutboxCode } from "../_kit/files/outbox_spec.ts";
import { reasonOf } from "../_kit/files/reason.ts";
import { connectCode } from "../_kit/net/faults.ts";
import { netCode } from "../_kit/net/net_codes.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import type * as listening from "./_listener_spec.ts";
import type * as sending from "./_sender_spec.ts";
import { sftpWords } from "./_words.ts";
import { openSession, type Session } from "./connecting/session.ts";
import type { ConnectTools } from "./connecting/settings.ts";
import { freeBytes, SftpFolder } from "./remote/sftp_folder.ts";

/** Whether the folder of a listener can be reached, read and listed. */
export function probeListener(
  tools: ProbeTools<typeof listening.config, keyof typeof listening.errors>,
): Probe {
  const { config } = tools;
  const words = sftpWords<InboxCode>(tools);
  const { isMessage } = nameFilter(config);
  return probeFolder(tools, {
    failed: (cause) => words.error("FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause),
    async look(folder) {
      const names = await folder.list(config.path);
      const count = names.filter(({ name, facts }) => isMessage(name) && facts?.kind === "file").length;
      return `${config.path} can be read: ${count} ${
        count === 1 ? "file" : "files"
      } by the name of a message`;
    },
  });
}

/** Whether the folder of a sender can be reached, and is there. */
export function probeSender(
  tools: ProbeTools<typeof sending.config, keyof typeof sending.errors>,
): Probe {
  const words = sftpWords<OutboxCode>(tools);
  return probeFolder(tools, {
    failed: (cause) =>
      reasonOf(cause) === "ENOENT"
        ? words.error("FOLDER_MISSING", {}, cause)
        : words.error("WRITE_FAILED", { reason: reasonOf(cause) }, cause),
    async look(folder, session) {
      const { config: { path, makeFolders } } = tools;
      const facts = await folder.facts(path);
      if (!facts && makeFolders) return `${path} is made with the first message`;
      if (!facts) throw Object.assign(new Error("no folder"), { code: "ENOENT" });
      const bytes = await freeBytes(session.requests, path).catch(() => undefined);
      return bytes === undefined
        ? `${path} is there`
        : `${path} is there: ${Math.floor(bytes / 1_000_000).toLocaleString("en-GB")} MB free`;
    },
  });
}

/** What is looked at in the folder of a component. */
interface FolderLook {
  look(folder: SftpFolder, session: Session): Promise<string>;
  failed(cause: unknown): MitralError;
}

async function* probeFolder(
  tools: ConnectTools & { readonly signal: AbortSignal },
  { look, failed }: FolderLook,
): Probe {
  const { config, world, error } = tools;
  const { connectMsMax, signInMsMax, answerMsMax, via, user } = config;
  const { host, port } = via ?? config;
  let session: Session | undefined;
  const lost = (cause: unknown) => error("SFTP_CONNECTION_LOST", { host, port }, cause);
  const signIn: Attempt = {
    step: "sign-in",
    // Each part of it has its own bound.
    msMax: 2 * (connectMsMax + signInMsMax),
    async run(signal) {
      session = await openSession(tools, signal);
      return via ? `${user} is let in, by way of ${via.host}` : `${user} is let in`;
    },
    failed: lost,
  };
  const folder: Attempt = {
    step: "folder",
    msMax: answerMsMax,
    run: async () => await look(new SftpFolder(lending(session!)), session!),
    failed,
  };
  const exchange: Attempt = {
    step: "exchange",
    msMax: answerMsMax,
    async run() {
      const { requests } = session!;
      await requests.call<string>((done) => requests.sftp.realpath(".", done));
      return "a question is answered";
    },
    failed: lost,
  };
  try {
    yield* probe(tools, [
      ...reach({
        world,
        host,
        port,
        msMax: connectMsMax,
        failed: (cause) => error(connectCode("SFTP", cause), { host, port, reason: netCode(cause) }, cause),
        late: () => error("SFTP_CONNECT_LATE", { host, port, connectMsMax }),
      }),
      signIn,
      folder,
      exchange,
    ]);
  } finally {
    session?.close();
  }
}

/** A link that is always this session. */
function lending(session: Session) {
  return {
    use: <T>(work: (session: Session) => Promise<T>) => work(session),
    borrow: () => Promise.resolve({ session, [Symbol.dispose]() {} }),
  };
}
