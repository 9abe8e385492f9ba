import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { knownKeys } from "../../../adapters/sftp/connecting/known_hosts.ts";
import { fingerprint, keys } from "./ssh_peer.ts";

const line = (of: keyof typeof keys) => keys[of].public.split(" ").slice(0, 2).join(" ");
const prints = (text: string, host = "files.example", port = 22) =>
  knownKeys(text, host, port).pins.map((pin) => pin.fingerprint);
const one = [fingerprint(keys.ed25519.public)];

Deno.test("a host is known by its name, whatever its case, and by one of several", () => {
  assertEquals(prints(`files.example ${line("ed25519")}`), one);
  assertEquals(prints(`FILES.example,192.0.2.7 ${line("ed25519")} comment`, "192.0.2.7"), one);
  assertEquals(prints(`files.example ${line("ed25519")}`, "other.example"), []);
  assertEquals(knownKeys(`files.example ${line("rsa")}`, "files.example", 22).pins[0].type, "ssh-rsa");
});

Deno.test("a host on another port is another host", () => {
  assertEquals(prints(`[files.example]:2222 ${line("ed25519")}`, "files.example", 2222), one);
  assertEquals(prints(`files.example ${line("ed25519")}`, "files.example", 2222), []);
  assertEquals(prints(`[files.example]:2222 ${line("ed25519")}`), []);
});

Deno.test("a host is known by a pattern, but not where another says no", () => {
  assertEquals(prints(`*.example ${line("ed25519")}`), one);
  assertEquals(prints(`file?.example ${line("ed25519")}`), one);
  assertEquals(prints(`*.example,!files.example ${line("ed25519")}`), []);
  assertEquals(prints(`f.les.example ${line("ed25519")}`), []);
});

Deno.test("a host is known by the hash of its name, with its port where it is another", () => {
  const salt = new Uint8Array(20).fill(7);
  const hashed = (name: string) =>
    `|1|${salt.toBase64()}|${createHmac("sha1", salt).update(name).digest("base64")} ${line("ed25519")}`;
  assertEquals(prints(hashed("files.example")), one);
  assertEquals(prints(hashed("[files.example]:2222"), "files.example", 2222), one);
  assertEquals(prints(hashed("other.example")), []);
});

Deno.test("revoked keys are told apart, and what cannot be used is passed over", () => {
  const known = knownKeys(
    [
      "# a comment",
      "",
      `@revoked * ${line("other")}`,
      `@cert-authority *.example ${line("rsa")}`,
      "files.example ssh-ed25519 broken",
      "files.example",
      `|1|broken ${line("rsa")}`,
      `|1|not!base64|hash ${line("rsa")}`,
      `files.example ${line("ed25519")}`,
    ].join("\r\n"),
    "files.example",
    22,
  );
  assertEquals(known.pins.map((pin) => pin.fingerprint), one);
  assertEquals(known.revoked, [fingerprint(keys.other.public)]);
});
