import { assert, assertEquals, assertRejects } from "@std/assert";
import sender from "../../../adapters/https/sender.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { configOf, openSender } from "../../world/tools.ts";
import { answered, codeOf, openLine, parcelWith } from "./sender_line.ts";

Deno.test("https fills in headers from the message, and leaves out one that nothing stands in", async () => {
  await using line = await openLine({
    headers: {
      "X-Control-Id": "{MSH-10}",
      "X-About": "{PID-3.1} on {date} ({sequence})",
      "X-Nothing": "{ZZZ-1}",
      "X-Braces": "{{as they are}}",
    },
  });
  const values: Record<string, string> = { "MSH-10": "M1", "PID-3.1": "4711" };
  const sending = line.send(parcelWith({ value: (path) => values[path] ?? "" }));
  const { headers } = await answered(line.peer);
  assertEquals(await sending, { kind: "accepted" });
  assertEquals(
    [headers["x-control-id"], headers["x-about"], headers["x-nothing"], headers["x-braces"]],
    ["M1", "4711 on 20260105 (7)", undefined, "{as they are}"],
  );
});

Deno.test("https percent-encodes what no header carries, and begins no other header", async () => {
  await using line = await openLine({ headers: { "X-Name": "{PID-5}" } });
  const named = async (name: string) => {
    const sending = line.send(parcelWith({ value: () => name }));
    const { headers } = await answered(line.peer);
    await sending;
    return headers["x-name"];
  };
  assertEquals(await named("Müller 100%"), "M%C3%BCller 100%25");
  assertEquals(decodeURIComponent(await named("李\u{1f600}é%")), "李\u{1f600}é%");
  assertEquals(await named("\ud800x"), "%EF%BF%BDx");
  for (const name of ["a\r\nX-Evil: 1", "a\nb", "a\0b", "\x7f", "x".repeat(1025)]) {
    const end = await line.send(parcelWith({ value: () => name }));
    assert(end instanceof MitralError && end.code === "HTTPS_HEADER_UNFIT");
    assertEquals([end.retry, end.facts], ["never", { header: "X-Name", lengthMax: 1024 }]);
  }
  assertEquals(line.peer.unread, 0);
});

Deno.test("https tells the paths of its headers, and refuses braces that are not in pairs", async () => {
  const config = (headers: Record<string, string>) =>
    configOf(sender.config, { url: "https://a.example/", headers });
  const headers = { A: "{MSH-10} {id}", B: "plain", C: "{$.mrn}" };
  assertEquals(sender.paths?.(config(headers)), ["MSH-10", "$.mrn"]);
  assertEquals(sender.check?.(config(headers)), []);
  for (const unfit of [{ A: "{MSH-10" }, { "Bad Name": "a" }, { Host: "a" }, { "idempotency-key": "{id}" }]) {
    assertEquals(sender.check!(config(unfit as never)).map(({ setting }) => setting), ["headers"]);
  }
  const error = await assertRejects(() => openSender(sender, config({ A: "}" }) as never), MitralError);
  assertEquals(error.code, "HTTPS_HEADER_INVALID");
});

Deno.test("https names the media type that its settings say in place of the format's", async () => {
  await using line = await openLine({ contentType: "application/fhir+json" });
  const sending = line.send();
  assertEquals((await answered(line.peer)).headers["content-type"], "application/fhir+json");
  await sending;
});

Deno.test("https gives every attempt the same key, and a replay another one", async () => {
  await using line = await openLine();
  const keyOf = async (change: Parameters<typeof parcelWith>[0]) => {
    const sending = line.send(parcelWith(change));
    const { headers } = await answered(line.peer);
    await sending;
    return [headers["idempotency-key"], headers["mitral-replay"]];
  };
  const { id } = parcelWith();
  assertEquals(await keyOf({ attempt: 1 }), [id, undefined]);
  assertEquals(await keyOf({ attempt: 2 }), [id, undefined]);
  assertEquals(await keyOf({ attempt: 3, replays: 1 }), [`${id}.replay-1`, "true"]);
  assertEquals(await keyOf({ attempt: 4, replays: 2 }), [`${id}.replay-2`, "true"]);
  await using without = await openLine({ idempotencyKey: false, headers: { "Idempotency-Key": "own" } });
  const sending = without.send();
  assertEquals((await answered(without.peer)).headers["idempotency-key"], "own");
  await sending;
  const given = { url: "https://a.example/", headers: { "Idempotency-Key": "own" } };
  const error = await assertRejects(() => openSender(sender, given), MitralError);
  assertEquals(error.code, "HTTPS_HEADER_RESERVED");
});

Deno.test("https takes a status for what the settings say it means", async () => {
  await using line = await openLine({
    statuses: { "409": "accepted", "422": "retry", "5xx": "rejected", "503": "retry" },
  });
  const end = async (status: number, body = "", headers = {}) => {
    const sending = line.send();
    await answered(line.peer, status, body, headers);
    return await sending;
  };
  assertEquals(await end(409), { kind: "accepted" });
  const said = await end(409, "known", { "content-type": "text/plain" });
  assert("kind" in said && said.kind === "accepted");
  assertEquals(said.answer, {
    bytes: new TextEncoder().encode("known"),
    contentType: "text/plain",
    facts: { status: "409" },
  });
  assertEquals([codeOf(await end(422)), codeOf(await end(503))], ["HTTPS_PEER_BUSY", "HTTPS_PEER_BUSY"]);
  const rejected = await end(500);
  assert("kind" in rejected && rejected.kind === "rejected");
  assertEquals([rejected.error.code, rejected.error.retry], ["HTTPS_CONTENT_REJECTED", "never"]);
  assertEquals(codeOf(await end(400)), "HTTPS_REQUEST_REJECTED");
  const config = configOf(sender.config, {
    url: "https://a.example/",
    statuses: { "099": "retry", "4XX": "retry" },
  });
  assertEquals(sender.check!(config).map(({ setting }) => setting), ["statuses", "statuses"]);
});

Deno.test("https keeps an answer that nobody judges, with its type, its status and the headers that were asked for", async () => {
  await using line = await openLine({ answerHeaders: ["Location", "ETag"] });
  const sending = line.send();
  await answered(line.peer, 201, "created", {
    "content-type": "text/plain",
    location: "/patients/1",
    "x-other": "no",
  });
  assertEquals(await sending, {
    kind: "accepted",
    answer: {
      bytes: new TextEncoder().encode("created"),
      contentType: "text/plain",
      facts: { status: "201", location: "/patients/1" },
    },
  });
  const refused = line.send();
  await answered(line.peer, 422, { issue: 1 }, { "content-type": "application/json" });
  const end = await refused;
  assert("kind" in end && end.kind === "rejected" && end.answer);
  assertEquals([codeOf(end), end.answer.facts?.status], ["HTTPS_CONTENT_REJECTED", "422"]);
  for (const status of [200, 202, 204]) {
    const sending = line.send();
    await answered(line.peer, status);
    assertEquals(await sending, { kind: "accepted" });
  }
});
