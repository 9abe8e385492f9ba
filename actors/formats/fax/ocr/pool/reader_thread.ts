/// <reference lib="deno.worker" />
/**
 * A thread of the pool. Unpacking, preparing and reading pages takes seconds of nothing else: here that holds up nobody.
 */
import { setPriority } from "node:os";
import type { FromThread, ToThread } from "./protocol.ts";
import { Reader } from "./reader.ts";

/** How much of a core it gets beside one that is busy: about a tenth, as with `nice -n 10`. */
const NICENESS = 10;

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

giveWay();

/**
 * Whatever else the gateway does goes first, where there is leave to say so. Elsewhere than on Linux it is not a thread's to
 * say.
 */
function giveWay(): void {
  const leave = Deno.permissions.querySync({ name: "sys", kind: "setPriority" });
  if (Deno.build.os !== "linux" || leave.state !== "granted") return;
  try {
    setPriority(0, NICENESS);
  } catch {
    // The service may not: then it reads beside the rest as an equal.
  }
}

function post(message: FromThread): void {
  self.postMessage(message);
}
