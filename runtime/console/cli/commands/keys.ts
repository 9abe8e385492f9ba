import { addKeysInit } from "./keys_init.ts";
import { addKeysShow } from "./keys_show.ts";
import type { AddCommand } from "../session.ts";

/** `mitral keys init|show` */
export const addKeys: AddCommand = (parent, session) => {
  const keys = parent.command("keys").description(
    "make and show the keys by which partners know this gateway",
  );
  addKeysInit(keys, session);
  addKeysShow(keys, session);
};
