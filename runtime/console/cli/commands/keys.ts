import { addKeysExport } from "./keys_export.ts";
import { addKeysInit } from "./keys_init.ts";
import { addKeysMaster } from "./keys_master.ts";
import { addKeysRecover } from "./keys_recover.ts";
import { addKeysRevoke } from "./keys_revoke.ts";
import { addKeysRotate } from "./keys_rotate.ts";
import { addKeysSeal } from "./keys_seal.ts";
import { addKeysShow } from "./keys_show.ts";
import { addKeysWireGuard } from "./keys_wireguard.ts";
import type { AddCommand } from "../session.ts";

/** `mitral keys export|init|master|recover|revoke|rotate|seal|show|wireguard` */
export const addKeys: AddCommand = (parent, session) => {
  const keys = parent.command("keys").description(
    "make, change and show the keys by which partners know this gateway, and the one all it keeps is sealed under",
  );
  addKeysExport(keys, session);
  addKeysInit(keys, session);
  addKeysMaster(keys, session);
  addKeysRecover(keys, session);
  addKeysRevoke(keys, session);
  addKeysRotate(keys, session);
  addKeysSeal(keys, session);
  addKeysShow(keys, session);
  addKeysWireGuard(keys, session);
};
