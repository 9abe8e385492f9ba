/// <reference lib="deno.worker" />
/**
 * The journal's thread, in either of its roles. A writer owns the file and commits batches; a reader answers
 * questions beside it. SQLite's calls block: here they block nobody else.
 */
import { checkDatabase } from "./check.ts";
import { prepareSchema } from "./schema.ts";
import { Reader } from "./reader.ts";
import { holdFolder, openReader, openWriter } from "./sqlite_database.ts";
import { Writer } from "./writer.ts";
import type { FromThread, ToThread } from "./store.ts";

let writer: Writer | undefined;
let reader: Reader | undefined;
let check = () => {};
let close = () => {};

function open(role: "writer" | "reader", folder: string): void {
  if (role === "reader") {
    const database = openReader(`${folder}/journal.db`);
    reader = new Reader(database);
    close = () => database.close();
    return;
  }
  let lock;
  try {
    lock = holdFolder(`${folder}/lock.db`);
  } catch (cause) {
    throw Object.assign(new Error((cause as Error).message), {
      busy: /locked|busy/i.test(String(cause)),
      cause,
    });
  }
  const database = openWriter(`${folder}/journal.db`);
  prepareSchema(database);
  writer = new Writer(database);
  check = () => checkDatabase(database);
  close = () => {
    try {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      database.close();
      lock.close();
    }
  };
}

function perform(message: ToThread): unknown {
  switch (message.do) {
    case "open":
      return open(message.role, message.folder);
    case "apply":
      return writer!.apply(message.operations);
    case "ask":
      return reader!.answer(message.question);
    case "check":
      return check();
    case "close":
      return close();
  }
}

self.onmessage = (event: MessageEvent<ToThread>) => {
  let reply: FromThread;
  try {
    reply = { call: event.data.call, result: perform(event.data) };
  } catch (cause) {
    const { code, facts, busy, message } = cause as {
      code?: string;
      facts?: object;
      busy?: boolean;
      message: string;
    };
    reply = {
      call: event.data.call,
      failure: { code, facts: facts as never, busy: busy ?? false, reason: message },
    };
  }
  self.postMessage(reply);
};
