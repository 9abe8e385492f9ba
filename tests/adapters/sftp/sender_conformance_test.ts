import sender from "../../../adapters/sftp/sender.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { turns } from "../../world/turns.ts";
import { SshPeer } from "./ssh_peer.ts";

testSender("sftp sender", {
  spec: sender,
  answers: false,
  async scene() {
    const peer = await SshPeer.start();
    const seen = new Set<string>();
    return {
      config: { ...peer.config, path: "/" },
      async next() {
        for (;; await turns()) {
          const name = (await peer.folder.files()).find((name) => !name.endsWith(".part") && !seen.has(name));
          if (name === undefined) continue;
          seen.add(name);
          return { bytes: await Deno.readFile(peer.folder.at(name)), async answer() {}, hangUp() {} };
        }
      },
      stop: () => peer.stop(),
      start: () => peer.start(),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
});
