import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { entriesIn } from "../../../../runtime/journal/ledger/bundle.ts";
import { verifyCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { decodeEntry } from "../../../../runtime/trust/ledger/entry_bytes.ts";
import { entriesPath, tilePath, tileReader } from "../../../../runtime/trust/ledger/tiles.ts";
import { leafHash, rootOf } from "../../../../runtime/trust/ledger/tree.ts";
import { Receiver } from "../../../adapters/sockets.ts";
import { readFrame, readSyslog } from "../../../adapters/syslog/_receiving.ts";
import { withExchanged } from "./_audit_rig.ts";

const linesIn = (text: string) => text.split("\n").filter(Boolean);

Deno.test("audit export writes every entry as it is, oldest first, or those that match", () =>
  withExchanged(async ({ mitral }) => {
    const { code, out, err } = await mitral("audit", "export");
    assertEquals([code, err], [exitCodes.ok, ""]);
    const lines = linesIn(out).map((line) => JSON.parse(line));
    assertEquals(lines.map(({ number }) => number), lines.map((_, at) => at));
    assertEquals([lines[0].gateway, lines[0].epoch, lines[0].entry.k], ["north", 1, "began"]);
    assert(!out.includes("4711"));
    const receipted = linesIn((await mitral("audit", "export", "--kind", "receipted")).out);
    assertEquals(receipted.map((line) => JSON.parse(line).entry.k), ["receipted", "receipted"]);
    const last = linesIn((await mitral("audit", "export", "--from", String(lines.length - 1))).out);
    assertEquals(last.length >= 1 && JSON.parse(last[0]).number, lines.length - 1);
    const none = await mitral("audit", "export", "--until", "2020-01-01");
    assertEquals([none.code, none.out], [exitCodes.no, ""]);
  }));

Deno.test("audit export writes AuditEvents and audit messages to a new file for its owner alone", () =>
  withExchanged(async ({ north, mitral }) => {
    for (const [format, begins] of [["fhir", '{"resourceType":"AuditEvent",'], ["atna", "<?xml "]] as const) {
      const file = join(north.folder, format);
      const { code, out, err } = await mitral("audit", "export", "--format", format, "--out", file);
      assertEquals([code, out], [exitCodes.ok, ""]);
      const lines = linesIn(await Deno.readTextFile(file));
      assertStringIncludes(err, `${lines.length} entries`);
      assert(lines.every((line) => line.startsWith(begins)));
      assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
      const again = await mitral("audit", "export", "--format", format, "--out", file);
      assertEquals(again.code, exitCodes.cannot);
    }
  }));

Deno.test("audit export writes tiles that give the root which the gateway has signed", () =>
  withExchanged(async ({ north, mitral }) => {
    await north.gateway.ledger.witnessNow();
    const folder = join(north.folder, "log");
    const { code, err } = await mitral("audit", "export", "--format", "tiles", "--out", folder);
    assertEquals(code, exitCodes.ok, err);
    const note = await Deno.readTextFile(join(folder, "checkpoint"));
    const { ledger } = north.identity;
    const checkpoint = verifyCheckpoint(note, ledger!.publicBytes)!;
    assert(checkpoint);
    const { size, root } = checkpoint;
    const hashes = await Deno.readFile(join(folder, tilePath(0, 0, size)));
    assertEquals(
      rootOf(size, tileReader((level, number) => level + number === 0 ? hashes : undefined)),
      root,
    );
    const entries = entriesIn(await Deno.readFile(join(folder, entriesPath(0, size))))!;
    assertEquals(entries.map((bytes) => leafHash(bytes).toHex()).join(""), hashes.toHex());
    assertEquals(decodeEntry(entries[0]).kind, "began");
    const again = await mitral("audit", "export", "--format", "tiles", "--out", folder);
    assertEquals(again.code, exitCodes.cannot);
  }));

Deno.test("audit export sends each entry as a message of syslog", () =>
  withExchanged(async ({ mitral }) => {
    await using receiver = new Receiver(readFrame);
    const to = `tcp://127.0.0.1:${receiver.port}`;
    const { code, err } = await mitral("audit", "export", "--format", "atna", "--to", to);
    assertEquals(code, exitCodes.ok, err);
    const sent = Number(/(\d+) entries/.exec(err)![1]);
    for (let number = 0; number < sent; number++) {
      const { head, bytes } = readSyslog((await receiver.next()).bytes);
      assertEquals([head[0], head[5]], ["<85>1", "DICOM+RFC3881"]);
      assertStringIncludes(new TextDecoder().decode(bytes), `ParticipantObjectID="1/${number}"`);
    }
  }));

Deno.test("audit export says from which entry on to go on where a collector takes no more", () =>
  withExchanged(async ({ mitral }) => {
    await using receiver = new Receiver(readFrame);
    await receiver.stop();
    const { code, err } = await mitral(
      "audit",
      "export",
      "--to",
      `tcp://127.0.0.1:${receiver.port}`,
      "--from",
      "2",
    );
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "0 entries sent; to go on: --from 2");
    assertStringIncludes(err, "SYSLOG_PEER_UNREACHABLE");
  }));

Deno.test("audit export refuses what would travel in clear, and what does not fit together", () =>
  withExchanged(async ({ mitral }) => {
    const wrong: readonly (readonly string[])[] = [
      ["--to", "udp://127.0.0.1:514"],
      ["--to", "tls://127.0.0.1:6514", "--out", "x"],
      ["--format", "tiles"],
      ["--format", "tiles", "--out", "x", "--kind", "began"],
    ];
    for (const args of wrong) assertEquals((await mitral("audit", "export", ...args)).code, exitCodes.usage);
    const clear = await mitral("audit", "export", "--to", "tcp://siem.example:514");
    assertEquals(clear.code, exitCodes.usage);
    assertStringIncludes(clear.err, "--insecure");
  }));
