import sender from "../../../adapters/file/sender.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { turns } from "../../world/turns.ts";
import { Folder } from "./folder.ts";

testSender("file sender", {
  spec: sender,
  answers: false,
  async scene() {
    const folder = await Folder.make();
    const seen = new Set<string>();
    return {
      config: { path: folder.path },
      async next() {
        for (;; await turns()) {
          const name = (await folder.files()).find((name) => !name.endsWith(".part") && !seen.has(name));
          if (name === undefined) continue;
          seen.add(name);
          const bytes = await Deno.readFile(folder.at(name));
          return { bytes, async answer() {}, hangUp() {} };
        }
      },
      stop: () => Deno.remove(folder.path, { recursive: true }),
      start: () => Deno.mkdir(folder.path),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
});
