import { addCancel } from "./messages_cancel.ts";
import { addCorrect } from "./messages_correct.ts";
import { addExport } from "./messages_export.ts";
import { addList, addSearch } from "./messages_list.ts";
import { addReceipt } from "./messages_receipt.ts";
import { addRelease } from "./messages_release.ts";
import { addReplay } from "./messages_replay.ts";
import { addShow } from "./messages_show.ts";
import type { AddCommand } from "../session.ts";

/** `mitral messages list|search|show|receipt|replay|correct|release|cancel|export` */
export const addMessages: AddCommand = (parent, session) => {
  const messages = parent.command("messages").description(
    "find, show, send again, correct, give up and take out what the running gateway holds",
  );
  addList(messages, session);
  addSearch(messages, session);
  addShow(messages, session);
  addReceipt(messages, session);
  addReplay(messages, session);
  addCorrect(messages, session);
  addRelease(messages, session);
  addCancel(messages, session);
  addExport(messages, session);
};
