import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { posix } from "node:path";
import {
  folderOf,
  nameOf,
  pathOfStaged,
  pathTrouble,
  stagedName,
  virtualPath,
} from "../../../adapters/sftp_server/_virtual_path.ts";

/** What somebody may try who wants to get out, among what is harmless. */
const hostile = fc.array(
  fc.constantFrom(
    ...["..", ".", "/", "\\", "%2e%2e", "%2F", "%00", "\0", "\r\n", "a", "ä", "\u202e", "\ud800", "\ufffd"],
    ...["C:", "~", "$HOME", "*", "'", "con", "…", "/etc/passwd", "..\\..", ".folder", ".part", " "],
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));
const anything = fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 300 }));

Deno.test("a path of a partner has one form, under the root, whatever it is written like", () => {
  for (
    const [path, form] of [
      ["", "/"],
      [".", "/"],
      ["/", "/"],
      ["a", "/a"],
      ["//a/./b/", "/a/b"],
      ["../../etc/passwd", "/etc/passwd"],
      ["/in/../../x", "/x"],
      ["a\\b", "/a\\b"],
    ]
  ) assertEquals(virtualPath(path), form);
  assertEquals([folderOf("/a/b"), nameOf("/a/b"), folderOf("/a"), folderOf("/")], ["/a", "b", "/", "/"]);
});

Deno.test("a name that cannot be kept is refused with a reason", () => {
  assertEquals(pathTrouble("a\0b"), "has control characters");
  assertEquals(pathTrouble("a\nb"), "has control characters");
  assertEquals(pathTrouble("\ud800"), "is not in UTF-8");
  assertEquals(pathTrouble("x\ufffd"), "is not in UTF-8");
  assertEquals(pathTrouble("ä".repeat(41)), "is too long");
  assertEquals(pathTrouble("a/".repeat(17)), "is too deep");
  assertEquals(pathTrouble("x".repeat(5_000)), "is too long");
  assertEquals(pathTrouble("Befund Müller, 3. März (2).pdf"), undefined);
});

Deno.test("no path leaves its folder on the disk, and what the disk has is the same path again", () => {
  fc.assert(
    fc.property(anything, (given) => {
      const path = virtualPath(given);
      if (path === undefined) return;
      assertEquals(virtualPath(path), path);
      if (path === "/") return;
      const staged = `${stagedName(path)}.part`;
      assertEquals(posix.join("/base/acme", staged), `/base/acme/${staged}`);
      assertEquals(posix.basename(staged), staged);
      assert(/^[\x21-\x7e]+$/.test(staged) && staged.length <= 255);
      assertEquals(pathOfStaged(stagedName(path)), path);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("two paths never have one name on the disk", () => {
  fc.assert(
    fc.property(anything, anything, (one, other) => {
      const [a, b] = [virtualPath(one), virtualPath(other)];
      if (a === undefined || b === undefined || a === b) return;
      assert(stagedName(a) !== stagedName(b));
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("a name on the disk that is none of ours is no path", () => {
  for (const name of ["a%2f..%2fb", "%zz", "a b", "%2E%2E", "..", "%00", ""]) {
    assertEquals(pathOfStaged(name), undefined, name);
  }
});
