/// <reference lib="deno.worker" />
/**
 * A thread of the pool. Unpacking, preparing and reading pages takes seconds of nothing else: here that holds up nobody.
 */
import type { FromThread, ToThread } from "./protocol.ts";
import { Reader } from "./reader.ts";

let ran: ((tsv: Uint8Array<ArrayBuffer>) => void) | undefined;

const reader = new Reader({
  readFile: (url) => Deno.readFile(url),
  run(png, layout) {
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    ran = resolve;
    post({ kind: "run", png, layout });
    return promise;
  },
});

self.onmessage = async ({ data }: MessageEvent<ToThread>) => {
  if (data.kind === "ran") return ran?.(data.tsv);
  post(await reader.answer(data.fax, data.question));
};

function post(message: FromThread): void {
  self.postMessage(message);
}
