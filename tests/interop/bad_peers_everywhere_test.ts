/** Thousands of peers that break off or speak something else, at every listener that peers connect to. */
import { randomBytes } from "node:crypto";
import { pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import { assertHasNotGrown, Besieged, manyTimes, message } from "./_bad_peers.ts";

const cut = message().slice(0, 2_000);
const hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
const tls = {
  files: { "server.pem": pki.server.chain, "server.key": pki.server.key },
  settings: { certificate: "./server.pem", key: "file:./server.key" },
};

/** What a provider of faxes posts, as one with its password does; it is to have more bytes than it has, but for `length`. */
function posted(body: string, length = 9_999): string {
  return [
    "POST /fax/sinch HTTP/1.1",
    "Host: here",
    `Authorization: Basic ${btoa("fax:correct horse")}`,
    "Content-Type: application/json",
    `Content-Length: ${length}`,
    "",
    body,
  ].join("\r\n");
}

/** A frame of ASTM E1381 with a record of its own. */
function frame(number: number, record: string): string {
  const summed = `${number}${record}\r\x03`;
  const sum = [...summed].reduce((sum, character) => sum + character.charCodeAt(0), 0) & 0xff;
  return `\x02${summed}${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}

interface Listener {
  readonly listen: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly parse?: string;
  /** What bad peers say before they vanish. */
  readonly said: readonly string[];
  /** A refusal that is then in the log. */
  readonly code: string;
}

const listeners: Readonly<Record<string, Listener>> = {
  "mllp by TLS": {
    listen: { mllp: { port: 0, tls: tls.settings } },
    files: tls.files,
    said: ["", hello, `\x0b${cut}`, "GET / HTTP/1.1\r\n\r\n"],
    code: "MLLP_CLIENT_REFUSED",
  },
  "https by TLS": {
    listen: { https: { port: 0, tls: tls.settings } },
    files: tls.files,
    said: ["", hello, "GET / HTTP/1.1\r\n\r\n", randomBytes(100).toString("latin1")],
    code: "HTTPS_CLIENT_REFUSED",
  },
  "fax": {
    listen: {
      fax: {
        port: 0,
        providers: { sinch: { kind: "sinch", login: { user: "fax", password: "file:./fax.password" } } },
      },
    },
    files: { "fax.password": "correct horse" },
    parse: "bytes",
    said: [
      "",
      hello,
      "POST /fax/sinch HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n",
      posted('{"event":"INCOMING_FAX","fax":{"id":"1"},"file":"JVBERi0x'),
      posted("not a fax", 9),
    ],
    code: "FAX_SIGN_IN_MISSING",
  },
  "tcp": {
    listen: { tcp: { port: 0, framing: { prefix: { bytes: 4, encoding: "digits" } } } },
    said: ["", "GET / HTTP/1.1\r\n\r\n", `9999${cut}`, "\x00\x01"],
    code: "TCP_END_MISSING",
  },
  "astm": {
    listen: { astm: { port: 0 } },
    parse: "text",
    said: [
      "",
      "\x05",
      `\x05${frame(1, "H|\\^&")}`,
      `\x05${frame(1, "H|\\^&")}\x022P|1`,
      "GET / HTTP/1.1\r\n\r\n",
    ],
    code: "ASTM_MESSAGE_UNFINISHED",
  },
  "sftp_server": {
    listen: {
      sftp_server: {
        port: 0,
        hostKey: "file:./server.key",
        folder: "./pushed",
        partners: { lab: { password: "file:./server.pem" } },
      },
    },
    files: tls.files,
    said: [
      "",
      "SSH-2.0-OpenSSH_9.2\r\n",
      `SSH-2.0-x\r\n${randomBytes(500).toString("latin1")}`,
      "GET / HTTP/1.1\r\n\r\n",
    ],
    code: "SFTP_SERVER_STRANGER_REFUSED",
  },
};

for (const [name, { listen, files = {}, parse, said, code }] of Object.entries(listeners)) {
  Deno.test(`${name} holds nothing of peers that have broken off`, () =>
    unstuck(async () => {
      await using besieged = await Besieged.start(listen, { files, parse });
      using bystander = await besieged.bystander();
      const attack = (count: number) =>
        bystander.during(manyTimes(count, 32, (at) => besieged.sayAndVanish(said[at % said.length])));
      await bystander.isServed();
      const rested = await besieged.figures();
      await attack(200);
      const before = await besieged.settled(rested);
      await attack(2_000);
      const after = await besieged.settled(before);
      assertHasNotGrown(before, after);
      await besieged.refused(code);
    }, 180_000));
}
