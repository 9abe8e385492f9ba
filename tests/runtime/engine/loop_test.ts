import { assert, assertEquals, assertRejects } from "@std/assert";
import { JsonBody } from "../../../actors/formats/json/mod.ts";
import type { Stage } from "../../../runtime/contract/actor.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createMessage, hasPaths, type Message, type PathBody } from "../../../runtime/contract/message.ts";
import { loop } from "../../../runtime/engine/loop.ts";

const life = new AbortController().signal;

function messageOf(json: string): Message {
  const received = new TextEncoder().encode(json);
  return createMessage({
    id: "0192f3a4-b5c6-7abc-8def-0123456789ab",
    channel: "lab",
    origin: { adapter: "test", peer: "test" },
    receivedAtMs: 0,
    received,
    body: JsonBody.parse(received),
  });
}

/** A loop over a path with one step. */
function looping(path: string, change: (body: PathBody) => PathBody): Stage {
  const step: Stage = {
    name: "change",
    process(message) {
      const { body } = message;
      assert(hasPaths(body));
      return message.derive({ body: change(body) });
    },
  };
  return loop(`for each ${path}`, path, [step], () => Promise.resolve());
}

const textOf = ({ body }: Message) => new TextDecoder().decode(body.toBytes());

Deno.test("an error in a loop names the place by numbers, and never by names that only the message has", async () => {
  const failing = async (path: string, json: string) => {
    const stage = looping(path, (body) => body.with("@.a.b", "x"));
    const { message, facts } = await assertRejects(
      async () => await stage.process(messageOf(json), life),
      MitralError,
    );
    return [message, facts.path];
  };
  assertEquals(await failing("$.list[*]", '{"list":[{},{"a":"x"}]}'), [
    "Cannot set $.list[1].a.b: a value of another kind stands on the way",
    "$.list[1].a.b",
  ]);
  for (const name of ["CANARY-5d0c81", "Doe, Ann"]) {
    assertEquals(await failing("$.by[*]", JSON.stringify({ by: { [name]: { a: "x" } } })), [
      "Cannot set $.by[*].a.b: a value of another kind stands on the way",
      "$.by[*].a.b",
    ]);
  }
});

Deno.test("a loop comes to each place there was when it began, wherever the ones before it are deleted", async () => {
  const json = '{"a":[{"b":[1,2,3]},{"b":[4]}],"m":{"x":1,"y":2,"z":3}}';
  const left = async (path: string, isGone: (value: string) => boolean) => {
    const seen: string[] = [];
    const stage = looping(path, (body) => {
      const value = body.get("@") as string;
      seen.push(value);
      return isGone(value) ? body.without("@") : body.with("@", `${value}!`);
    });
    const message = await stage.process(messageOf(json), life) as Message;
    return [seen.join(" "), textOf(message)];
  };
  assertEquals(await left("$.a[*].b[*]", (value) => value === "1" || value === "3"), [
    "1 2 3 4",
    '{"a":[{"b":["2!"]},{"b":["4!"]}],"m":{"x":1,"y":2,"z":3}}',
  ]);
  assertEquals(await left("$.a[*].b[*]", () => true), [
    "1 2 3 4",
    '{"a":[{"b":[]},{"b":[]}],"m":{"x":1,"y":2,"z":3}}',
  ]);
  assertEquals(await left("$.m[*]", (value) => value === "2"), [
    "1 2 3",
    '{"a":[{"b":[1,2,3]},{"b":[4]}],"m":{"x":"1!","z":"3!"}}',
  ]);
});

Deno.test("a loop leaves out a place that a round before it has written over", async () => {
  const stage = looping("$.a[*].b", (body) => body.with("$.a[1]", "gone").with("@", "done"));
  const message = await stage.process(messageOf('{"a":[{"b":1},{"b":2},{"b":3}]}'), life) as Message;
  assertEquals(textOf(message), '{"a":[{"b":"done"},"gone",{"b":"done"}]}');
});
