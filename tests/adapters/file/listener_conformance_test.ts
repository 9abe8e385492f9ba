import { existsSync, rmSync } from "node:fs";
import listener from "../../../adapters/file/listener.ts";
import { type Exchange, testListener } from "../../contract/listener_kit.ts";
import { CANARY } from "../../contract/payloads.ts";
import type { FakeIntake } from "../../world/fake_intake.ts";
import { turns } from "../../world/turns.ts";
import { Folder } from "./folder.ts";

testListener("file listener", {
  spec: listener,
  answers: false,
  polls: true,
  async breakRules(address) {
    await Deno.writeTextFile(`${address}/large.hl7`, CANARY.padEnd(300_000, "."));
    // Not its bytes: the file itself is kept.
    return new Uint8Array();
  },
  async scene({ intake }) {
    const folder = await Folder.make();
    let files = 0;
    return {
      config: { path: folder.path, fileBytesMax: 250_000 },
      async connect() {
        let here = true;
        let name = "";
        return {
          async exchange(bytes): Promise<Exchange> {
            name = `message-${String(++files).padStart(4, "0")}.hl7`;
            await folder.write(name, bytes);
            for (; here; await turns()) {
              if (await folder.has("done", name)) return { kind: "taken" };
              // Offered again: the listener has left it where it was.
              if (timesOffered(intake, name) > 1) return { kind: "left" };
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
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
});

function timesOffered(intake: FakeIntake, name: string): number {
  return intake.received.filter(({ peer }) => peer === name).length;
}
