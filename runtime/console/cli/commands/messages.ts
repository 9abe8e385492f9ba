import { addList } from "./messages_list.ts";
import { addReplay } from "./messages_replay.ts";
import { addShow } from "./messages_show.ts";
import type { AddCommand } from "../session.ts";

/** `mitral messages list|show|replay` */
export const addMessages: AddCommand = (parent, session) => {
  const messages = parent.command("messages").description(
    "search, show and replay what the running gateway holds",
  );
  addList(messages, session);
  addShow(messages, session);
  addReplay(messages, session);
};
