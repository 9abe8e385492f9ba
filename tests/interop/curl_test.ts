import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { curl, post } from "./_curl.ts";
import { openGateway } from "./_gateway.ts";

const TYPE = "Content-Type: application/hl7-v2";
const MESSAGE = "MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|C-0001|P|2.5\rPID|1||4711\r";
const channels = {
  lab: {
    listen: { https: { port: 0, path: "/lab" } },
    parse: "hl7v2",
    send: { files: { file: { path: "./out" } } },
  },
};

Deno.test({
  name: "curl posts HL7 to our https listener and gets an acknowledgement with status 200",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels);
    const url = under.address("lab");
    const { status, head, body } = await post(url, MESSAGE, "--header", TYPE);
    assertEquals(status, 200);
    assertMatch(head, /^content-type: application\/hl7-v2\r?$/im);
    assertStringIncludes(body, "MSA|AA|C-0001");
    await under.seen("messageDelivered");
    const [{ name }] = await Array.fromAsync(Deno.readDir(`${under.folder}/out`));
    assertEquals(await Deno.readTextFile(`${under.folder}/out/${name}`), MESSAGE);
  },
});

Deno.test({
  name: "curl posts in chunks, and a megabyte after asking whether to go on",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels);
    const url = under.address("lab");
    const chunked = await post(url, MESSAGE, "--header", TYPE, "--header", "Transfer-Encoding: chunked");
    assertStringIncludes(chunked.body, "MSA|AA|C-0001");
    const long = `${MESSAGE.replace("C-0001", "C-0002")}NTE|1||${"x".repeat(1 << 20)}\r`;
    const { body } = await post(url, long, "--header", TYPE, "--header", "Expect: 100-continue");
    assertStringIncludes(body, "MSA|AA|C-0002");
    const [record] = await under.gateway.archive.list({ controlId: "C-0002" });
    assertEquals(record.bytes, long.length);
  },
});

Deno.test({
  name: "curl is told by status what a request lacks",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels);
    const url = under.address("lab");
    assertEquals((await post(url, MESSAGE, "--header", "Content-Type: text/html")).status, 415);
    assertEquals((await post(url.replace("/lab", "/other"), MESSAGE, "--header", TYPE)).status, 404);
    assertEquals((await post(url, MESSAGE, "--header", TYPE, "--request", "PUT")).status, 405);
    assertEquals((await post(url, "", "--header", TYPE)).status, 400);
    assertEquals(await under.gateway.archive.list({ state: "processed" }), []);
  },
});
