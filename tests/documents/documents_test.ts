import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { natsServer } from "../interop/_nats.ts";
import { isDocument, projectFiles } from "../tidy/_tree.ts";
import { stepsOf } from "./_page.ts";
import { follow } from "./_reader.ts";

const pages = await projectFiles((path) => isDocument(path) && /^(README\.md|docs\/guide\/)/.test(path));
const ignore = Deno.build.os === "windows";

for (const { path, text } of pages) {
  const lacks = natsServer.missing && text.includes("\nnats-server -c ");
  Deno.test({ name: `${path} tells what happens`, ignore: ignore || lacks, fn: () => follow(text) });
}

Deno.test("only these commands of the pages are not run as the page is followed", () => {
  const left = pages.flatMap(({ path, text }) =>
    stepsOf(text).flatMap((step) => step.does === "skip" ? [`${path}: ${step.why}`] : [])
  );
  assertEquals(left, [
    "README.md: tests/examples runs the demo; the other is what runs this",
    "docs/guide/audit_export.md: it needs a collector",
    ...Array(5).fill("docs/guide/edge_box.md: edge_box_test.ts runs it, on a box of its own"),
    "docs/guide/embedding.md: it takes a fax",
    ...Array(2).fill("docs/guide/fax_review.md: it takes a fax"),
    "docs/guide/keys_and_partners.md: the id is another each time",
    ...Array(2).fill("docs/guide/keys_and_partners.md: age is no part of Mitral"),
    "docs/guide/ledger.md: it takes an alarm",
    "docs/guide/network.md: it changes the machine's network",
    "docs/guide/relay_operator.md: the tests bring their own",
    "docs/guide/relay_operator.md: it takes a machine of its own",
    "docs/guide/sftp.md: not every machine that runs the tests has ssh-keygen",
    "docs/guide/sftp_server.md: not every machine that runs the tests has ssh-keygen",
    "docs/guide/tls.md: it depends on when the file is looked at",
  ]);
});

const promising = (promise: string) =>
  `\`\`\`sh\nprintf 'a  1 ms\\nb\\n'\n\`\`\`\n\n\`\`\`text\n${promise}\n\`\`\`\n`;

for (
  const [page, trouble] of [
    ["```sh\nfalse\necho on\n```\n", "ended with 1"],
    ["<!-- fails -->\n\n```sh\ntrue\n```\n", "ended with 0"],
    [promising("a 2 ms\nc"), "promised"],
    [promising("a 2 ms"), "promised"],
    ["```sh\ndeno task mitral fly\n```\n", "fly"],
    ["```sh\ndeno task fly\n```\n", "no such task"],
    ["```sh\ndeno task mitral run nowhere.yaml\n```\n", "nowhere.yaml"],
    ["```ts\nconsole.log(1);\n```\n\n```text\n2\n```\n", "promised"],
    ["```text\nnever\n```\n", "nothing that runs prints"],
  ] as const
) {
  Deno.test({
    name: `a page with ${JSON.stringify(page)} is found out`,
    ignore,
    async fn() {
      const { message } = await assertRejects(() => follow(page), Error);
      assertStringIncludes(message, trouble);
    },
  });
}

Deno.test({
  name: "a page that tells what happens is let through",
  ignore,
  fn: () =>
    follow(
      promising("a 33.5 ms\nb") + promising("…\nb") + promising("…a …\nb") +
        "<!-- given: echo given > x.txt -->\n\n```csv\n# y.csv\na,b\n```\n\n" +
        "```sh\ncd . # nothing\nA=1\ncat x.txt y.csv\n```\n\n```text\ngiven\n# y.csv\na,b\n```\n\n" +
        "<!-- fails -->\n\n```sh\ncat z.txt\n```\n\n<!-- not run: no -->\n\n```sh\nfalse\n```\n\n" +
        "```sh\necho $A\n```\n\n```text\n1\n```\n",
    ),
});

Deno.test("an id of a page is any id, but the same wherever the page has it", async () => {
  const [a, b] = ["01a0e5ad-6c40-7000-9b1d-3f6d2a87c950", "01a0e5ad-6c41-7000-9b1d-3f6d2a87c951"];
  const [c, d] = ["01a0e5ff-6c40-7000-9b1d-3f6d2a87c952", "01a0e5ff-6c41-7000-9b1d-3f6d2a87c953"];
  const page = (second: string) =>
    `\`\`\`sh\nprintf '%s\\n' ${
      ["01a0e5ff", c.slice(8)].join("")
    } ${d}\n\`\`\`\n\n\`\`\`text\n${a}\n${second}\n\`\`\`\n`;
  await follow(page(b));
  await assertRejects(() => follow(page(a)));
  assert(a !== c);
});
