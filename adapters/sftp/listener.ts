import { resolve } from "node:path/posix";
import { defineListener, type Listening } from "../../runtime/contract/adapter.ts";
import { type InboxCode, unfitInbox } from "../_kit/files/inbox_spec.ts";
import { checkFolders } from "../_kit/files/archive_folders.ts";
import { openerOf } from "../_kit/files/opener.ts";
import { watch } from "../_kit/files/watch.ts";
import { config, errors } from "./_listener_spec.ts";
import { probeListener } from "./_probe.ts";
import { sftpWords } from "./_words.ts";
import { credentialsOf } from "./connecting/credentials.ts";
import { hostPort } from "../_kit/net/host_port.ts";
import { Link } from "./connecting/link.ts";
import { checkConnection } from "./connecting/settings.ts";
import { SftpFolder } from "./remote/sftp_folder.ts";

/**
 * Takes each file that appears in a folder of an SFTP server as one message, once it is whole. There is nobody to answer:
 * what the channel says decides where the file goes. A server that is away is looked for again, after pauses that grow.
 *
 * Files are handed over one after the other, and at least once.
 */
export default defineListener({
  name: "sftp",
  about: "Takes files from a folder of an SFTP server.",
  config,
  errors,
  check: (config) => [...checkConnection(config), ...unfitInbox(config)],
  probe: probeListener,
  async listen(tools): Promise<Listening> {
    const { config, error } = tools;
    // The server need not be there, but what we would show it must be.
    await Promise.all([credentialsOf(config, tools), config.via && credentialsOf(config.via, tools)]);
    const link = new Link(tools);
    const inbox = { ...tools, folder: new SftpFolder(link), words: sftpWords<InboxCode>(tools) };
    checkFolders(inbox);
    const address = `sftp://${hostPort(config.host, config.port)}${resolve("/", config.path)}`;
    const watching = watch(inbox, address, await openerOf(inbox));
    const { host, port } = config;
    return {
      address,
      async stop() {
        link.retire(error("SFTP_CONNECTION_LOST", { host, port }));
        await watching.stop();
        link.cut();
      },
      async [Symbol.asyncDispose]() {
        link.retire(error("SFTP_CONNECTION_LOST", { host, port }));
        link.cut();
        await watching[Symbol.asyncDispose]();
      },
    };
  },
});
