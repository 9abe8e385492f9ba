import { addKeysInit } from "./keys_init.ts";
import { addKeysMaster } from "./keys_master.ts";
import { addKeysShow } from "./keys_show.ts";
import type { AddCommand } from "../session.ts";

/** `mitral keys init|master|show` */
export const addKeys: AddCommand = (parent, session) => {
  const keys = parent.command("keys").description(
    "make and show the keys by which partners know this gateway, and the one its journal is sealed under",
  );
  addKeysInit(keys, session);
  addKeysMaster(keys, session);
  addKeysShow(keys, session);
};
