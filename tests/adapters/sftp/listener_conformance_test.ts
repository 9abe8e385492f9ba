import { existsSync, rmSync } from "node:fs";
import listener from "../../../adapters/sftp/listener.ts";
import { type Exchange, testListener } from "../../contract/listener_kit.ts";
import { CANARY } from "../../contract/payloads.ts";
import { turns } from "../../world/turns.ts";
import type { Folder } from "../file/folder.ts";
import { SshPeer } from "./ssh_peer.ts";

/** What the peer of the test that runs serves. */
let folder: Folder;

testListener("sftp listener", {
  spec: listener,
  answers: false,
  polls: 5_000,
  async breakRules() {
    await folder.write("large.hl7", CANARY.padEnd(300_000, "."));
    // Not its bytes: the file itself is kept.
    return new Uint8Array();
  },
  async scene({ intake }) {
    const peer = await SshPeer.start();
    folder = peer.folder;
    let files = 0;
    return {
      config: { ...peer.config, path: "/", everyMs: 10, settleMs: 0, fileBytesMax: 250_000 },
      async connect() {
        let here = true;
        let name = "";
        return {
          async exchange(bytes): Promise<Exchange> {
            name = `message-${String(++files).padStart(4, "0")}.hl7`;
            await folder.write(`.${name}`, bytes);
            await Deno.rename(folder.at(`.${name}`), folder.at(name));
            for (; here; await turns()) {
              if (await folder.has("done", name)) return { kind: "taken" };
              // Offered again: the listener has left it where it was.
              if (intake.received.filter(({ peer }) => peer === name).length > 1) return { kind: "left" };
            }
            return { kind: "left" };
          },
          close() {
            here = false;
            // A sender that leaves takes back what was not taken.
            if (name && existsSync(folder.at(name))) rmSync(folder.at(name));
          },
        };
      },
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
});
