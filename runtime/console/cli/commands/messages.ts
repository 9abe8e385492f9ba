import { addCancel } from "./messages_cancel.ts";
import { addList } from "./messages_list.ts";
import { addRelease } from "./messages_release.ts";
import { addReplay } from "./messages_replay.ts";
import { addShow } from "./messages_show.ts";
import type { AddCommand } from "../session.ts";

/** `mitral messages list|show|replay|release|cancel` */
export const addMessages: AddCommand = (parent, session) => {
  const messages = parent.command("messages").description(
    "search, show, replay, release and cancel what the running gateway holds",
  );
  addList(messages, session);
  addShow(messages, session);
  addReplay(messages, session);
  addRelease(messages, session);
  addCancel(messages, session);
};
