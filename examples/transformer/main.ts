/**
 * A pipeline of Web Streams, with no gateway around it: reads HL7 v2 files, masks the patients' names, prints the rest.
 *
 *   deno run -P examples/transformer/main.ts examples/demo/messages/*.hl7
 */
import { createMessage, hl7v2, type Message, parser, RawBody } from "mitral";
import maskName from "./mask_name.ts";

async function* read(paths: readonly string[]): AsyncGenerator<Message> {
  for (const path of paths) {
    const received = await Deno.readFile(path);
    yield createMessage({
      id: crypto.randomUUID(),
      channel: "masking",
      origin: { adapter: "files", peer: path },
      receivedAtMs: Date.now(),
      received,
      body: new RawBody(received),
    });
  }
}

await ReadableStream.from(read(Deno.args))
  .pipeThrough(parser(hl7v2))
  .pipeThrough(maskName({ keep: 1 }))
  .pipeThrough(
    new TransformStream<Message, string>({
      transform({ body }, out) {
        out.enqueue(new TextDecoder().decode(body.toBytes()).replaceAll("\r", "\n") + "\n");
      },
    }),
  )
  .pipeThrough(new TextEncoderStream())
  .pipeTo(Deno.stdout.writable);
