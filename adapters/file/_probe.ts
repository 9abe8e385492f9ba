import { join } from "node:path";
import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { steadyPart } from "../_kit/files/archive_folders.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { folder } from "../_kit/probe/folder.ts";
import type { config as listenerConfig, errors as listenerErrors } from "./_listener_spec.ts";
import type { InboxCode } from "../_kit/files/inbox_spec.ts";
import { openerOf } from "../_kit/files/opener.ts";
import type { OutboxCode } from "../_kit/files/outbox_spec.ts";
import { sealerOf } from "../_kit/files/sealer.ts";
import { wordsOf } from "../../runtime/contract/words.ts";
import { cipherKeys } from "../_kit/probe/cipher_keys.ts";
import { reasonOf } from "../_kit/files/reason.ts";
import type { config as senderConfig, errors as senderErrors } from "./_sender_spec.ts";

/** Whether files can be taken out of the folder, and put away. */
export function probeInbox(
  tools: ProbeTools<typeof listenerConfig, keyof typeof listenerErrors>,
): Probe {
  const { config: { path, after, doneFolder, failedFolder }, world, error } = tools;
  const unwritable = (setting: string) => (cause: unknown) =>
    error("FILE_FOLDER_UNWRITABLE", { setting, reason: reasonOf(cause) }, cause);
  const inbox = folder({
    world,
    path,
    // A file that was taken leaves the folder, unless it is kept there.
    uses: after === "keep" ? ["read"] : ["read", "write"],
    failed: (cause, use) =>
      use === "write"
        ? unwritable("path")(cause)
        : error("FILE_FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause),
  });
  const putAway = Object.entries({
    doneFolder: doneFolder ?? join(path, "done"),
    failedFolder: failedFolder ?? join(path, "failed"),
  }).flatMap(([setting, path]) =>
    folder({ world, path: steadyPart(path), uses: ["write"], isMade: true, failed: unwritable(setting) })
  );
  const words = wordsOf<"FILE", InboxCode>("FILE", tools);
  const keys = cipherKeys(tools.config.cipher, () => openerOf({ ...tools, words }), words);
  return probe(tools, [...keys, ...inbox, ...(after === "keep" ? [] : putAway)]);
}

/** Whether files can be written. */
export function probeOutbox(
  tools: ProbeTools<typeof senderConfig, keyof typeof senderErrors>,
): Probe {
  const { config: { path }, world, error } = tools;
  const failed = (cause: unknown) => {
    const reason = reasonOf(cause);
    if (reason === "ENOENT") return error("FILE_FOLDER_MISSING", {}, cause);
    if (reason === "ENOSPC" || reason === "EDQUOT") return error("FILE_DISK_FULL", { reason }, cause);
    return error("FILE_WRITE_FAILED", { reason }, cause);
  };
  const words = wordsOf<"FILE", OutboxCode>("FILE", tools);
  const keys = cipherKeys(tools.config.cipher, () => sealerOf({ ...tools, words }), words);
  return probe(tools, [...keys, ...folder({ world, path, uses: ["write"], failed })]);
}
