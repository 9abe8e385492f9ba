import type { AddCommand } from "../session.ts";
import { addRelayAdd } from "./relay_add.ts";
import { addRelayApply } from "./relay_apply.ts";
import { addRelayCheck } from "./relay_check.ts";
import { addRelayInit } from "./relay_init.ts";
import { addRelayLink, addRelayUnlink } from "./relay_link.ts";
import { addRelayList } from "./relay_list.ts";
import { addRelayRemove } from "./relay_remove.ts";

/** `mitral relay init|add|link|unlink|remove|list|apply|check` */
export const addRelay: AddCommand = (parent, session) => {
  const relay = parent.command("relay").description(
    "run a relay: a NATS server that keeps sealed messages for partners, and can read none of them",
  );
  for (
    const add of [
      addRelayInit,
      addRelayAdd,
      addRelayLink,
      addRelayUnlink,
      addRelayRemove,
      addRelayList,
      addRelayApply,
      addRelayCheck,
    ]
  ) {
    add(relay, session);
  }
};
