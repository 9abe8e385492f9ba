import { defineSender, type OpenSender, type SendTools } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import { openFileSender } from "../_kit/files/file_sender.ts";
import { type OutboxCode, unfitOutbox } from "../_kit/files/outbox_spec.ts";
import { readTemplate } from "../_kit/template.ts";
import { probeSender } from "./_probe.ts";
import { config, errors } from "./_sender_spec.ts";
import { sftpWords } from "./_words.ts";
import { credentialsOf } from "./connecting/credentials.ts";
import { Link } from "./connecting/link.ts";
import { checkConnection } from "./connecting/settings.ts";
import { SftpFolder } from "./remote/sftp_folder.ts";
import { Turns } from "../_kit/files/turns.ts";

/**
 * Writes each message to a folder of an SFTP server as a file of its own: aside first, then renamed, so that nobody sees
 * half of it. An attempt that broke off after the rename is known again by its file.
 */
export default defineSender({
  name: "sftp",
  about: "Writes messages to a folder of an SFTP server.",
  config,
  errors,
  check: (config) => [
    ...checkConnection(config),
    ...unfitOutbox(config),
    ...config.append && config.connections > 1
      ? [{ setting: "connections", rule: "must be 1 with append: what is added has an order" }]
      : [],
  ],
  paths: ({ as }) => readTemplate(as)?.paths ?? [],
  lanes: ({ connections }) => connections,
  probe: probeSender,
  async open(tools): Promise<OpenSender> {
    const { config, error } = tools;
    await Promise.all([credentialsOf(config, tools), config.via && credentialsOf(config.via, tools)]);
    const closed = error("SFTP_SENDER_CLOSED");
    const turns = new Turns();
    const lanes = await Promise.all(
      Array.from({ length: config.connections }, () => Lane.open(tools, turns)),
    );
    let isClosed = false;
    return {
      async send(parcel, signal) {
        signal.throwIfAborted();
        if (isClosed) throw closed;
        // The engine sends no more at a time than there are lanes; those that have a connection go first.
        const free = lanes.filter(({ isBusy }) => !isBusy);
        const lane = free.find(({ isConnected }) => isConnected) ?? free[0] ?? lanes[0];
        return await lane.send(parcel, signal);
      },
      async [Symbol.asyncDispose]() {
        isClosed = true;
        for (const lane of lanes) lane.close(closed);
      },
    };
  },
});

/** One connection, and what is sent by it. */
class Lane {
  readonly #link: Link;
  readonly #sender: OpenSender;
  isBusy = false;

  private constructor(link: Link, sender: OpenSender) {
    this.#link = link;
    this.#sender = sender;
  }

  static async open(tools: SendTools<typeof config, keyof typeof errors>, turns: Turns): Promise<Lane> {
    const link = new Link(tools);
    const folder = new SftpFolder(link, { turns, makesFolders: tools.config.makeFolders });
    return new Lane(link, await openFileSender({ ...tools, folder, words: sftpWords<OutboxCode>(tools) }));
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  async send(...[parcel, signal]: Parameters<OpenSender["send"]>): ReturnType<OpenSender["send"]> {
    // What was begun must not go on while the next attempt is made.
    const cut = () => this.#link.cut();
    signal.addEventListener("abort", cut, { once: true });
    this.isBusy = true;
    try {
      return await this.#sender.send(parcel, signal);
    } finally {
      this.isBusy = false;
      signal.removeEventListener("abort", cut);
    }
  }

  close(why: MitralError): void {
    this.#link.retire(why);
    this.#link.cut();
  }
}
