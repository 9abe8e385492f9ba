import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RecognisedDocument } from "../../runtime/contract/document.ts";
import { invoice } from "./_documents.ts";
import { ignore, PASSWORD, type Rig, withPage } from "./_rig.ts";

/** What somebody may write on a fax, or in a template, to have it run on a reviewer's screen. */
const ATTACKS = [
  `<img src=x onerror="document.title='owned'">`,
  `"><script>document.title='owned'</script>`,
  `' onfocus='document.title="owned"' autofocus='`,
  `</template><svg onload="document.title='owned'">`,
  `javascript:document.title='owned'`,
];

function hostile(attack: string): RecognisedDocument {
  const { fields, tables, pages, ...document } = invoice();
  const bad = { ...fields.total, value: attack, raw: attack, notes: [attack] };
  return {
    ...document,
    pages: pages.map((page) => ({ ...page, text: attack })),
    template: { name: attack, version: 1, score: 1 },
    fields: { ...fields, total: bad, invoiceNo: { ...bad, confidence: 1 }, [attack]: bad },
    tables: { lines: [{ ...tables.lines[0], code: bad, [attack]: bad }], [attack]: [{ [attack]: bad }] },
    checks: [{ rule: attack, isMet: false, about: [] }],
  };
}

Deno.test({
  ignore,
  name: "what stands in a document is shown and never run",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      const { page, breaches } = await signedIn("ann");
      const dialogs: string[] = [];
      page.on("dialog", (dialog) => dialogs.push(dialog.message()));
      for (const [at, attack] of ATTACKS.entries()) {
        reviews.put(`doc-${at}`, hostile(attack));
        for (const address of ["/", `/documents/doc-${at}`]) {
          await page.goto(address);
          assertStringIncludes(await page.locator("main").innerText(), attack);
          assertStringIncludes(await page.title(), "Mitral");
          assertEquals(
            await page.locator("main script, main img, svg[onload], [onfocus], [onerror]").count(),
            0,
          );
        }
        const total = page.locator('form.value[data-path="total"] input[name=value]');
        assertEquals(await total.inputValue(), attack);
        // A refused value comes back with what was typed.
        await total.press("Enter");
        await page.getByText("That is no value for this field").waitFor();
        assertEquals(await total.inputValue(), attack);
        assertStringIncludes(await page.title(), "Mitral");
      }
      // It is not the policy that saves us: nothing came so far.
      assertEquals(breaches, []);
      assertEquals(dialogs, []);
    }),
});

Deno.test({
  ignore,
  name: "a script that got into the page all the same would not run",
  fn: () =>
    withPage(async ({ signedIn }) => {
      const { page, breaches } = await signedIn("ann");
      await page.evaluate(`(() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'owned'";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=\\"document.title='owned'\\">");
      })()`);
      await page.waitForFunction("document.images.length > 0 && document.images[0].complete");
      assertStringIncludes(await page.title(), "Mitral");
      assert(breaches.length > 0);
    }),
});

/** Serves a page of somebody else's on another port of this machine. */
function strangerWith(html: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
}

Deno.test({
  ignore,
  name: "a form on another site changes nothing, whatever it knows",
  fn: () =>
    withPage(async ({ reviews, signedIn, portal }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      // Other ports of a host get its cookies: only where the form comes from tells it from ours.
      const token = await page.locator("header input[name=token]").inputValue();
      await using stranger = strangerWith(`<form method="post" action="${portal.url}/documents/doc-1/reject">
        <input name="token" value="${token}"><input name="revision" value="1">
        <input name="disposition" value="misdirected"><button>Win a prize</button></form>`);
      await page.goto(`http://127.0.0.1:${stranger.addr.port}/`);
      const answered = page.waitForResponse(/reject$/);
      await page.getByRole("button").click();
      assertEquals((await answered).status(), 403);
      assertEquals(reviews.now("doc-1").state, "waiting");
    }),
});

Deno.test({
  ignore,
  name: "no other site shows the page in a frame",
  fn: () =>
    withPage(async ({ person, portal }) => {
      const { page, breaches } = await person();
      await using stranger = strangerWith(`<iframe src="${portal.url}/sign-in"></iframe>`);
      await page.goto(`http://127.0.0.1:${stranger.addr.port}/`);
      assertEquals(await page.frameLocator("iframe").getByLabel("Password").count(), 0);
      assert(breaches.some((breach) => /frame-ancestors/.test(breach)));
    }),
});

/** Asks as a program does that has somebody's cookie. */
async function asked(
  { portal, signedIn }: Rig,
  path: string,
  init: { readonly headers?: Record<string, string>; readonly form?: Record<string, string> },
) {
  const { page } = await signedIn("ann");
  const token = await page.locator("header input[name=token]").inputValue();
  const { headers = {}, form } = init;
  return form
    ? await page.request.post(path, { headers: { origin: portal.url, ...headers }, form: { token, ...form } })
    : await page.request.get(path, { headers });
}

for (
  const [says, form, headers] of [
    ["without the session's token", { token: "" }, {}],
    ["with another's token", { token: "x".repeat(43) }, {}],
    ["that does not say where it comes from", {}, { origin: "" }],
    ["from another site", {}, { "origin": "https://evil.example" }],
    ["that the browser calls one from another site", {}, { "sec-fetch-site": "same-site" }],
  ] as const
) {
  Deno.test({
    ignore,
    name: `a form ${says} is refused`,
    fn: () =>
      withPage(async (rig) => {
        rig.reviews.put("doc-1", invoice());
        const fields = { revision: "1", disposition: "misdirected", ...form };
        const response = await asked(rig, "/documents/doc-1/reject", { form: fields, headers });
        assertEquals(response.status(), 403);
        assertEquals(rig.reviews.now("doc-1").state, "waiting");
      }),
  });
}

Deno.test({
  ignore,
  name: "a name that somebody points at the page is not answered",
  fn: () =>
    withPage(async (rig) => {
      const response = await asked(rig, "/", { headers: { host: "evil.example" } });
      assertEquals(response.status(), 403);
      assert(!(await response.text()).includes("Signed in"));
    }),
});

Deno.test({
  ignore,
  name: "every answer says that it is kept nowhere, framed by nobody and runs nothing of others",
  fn: () =>
    withPage(async (rig) => {
      rig.reviews.put("doc-1", invoice());
      const { page, context } = await rig.signedIn("ann");
      for (
        const path of ["/", "/sign-in", "/page.js", "/documents/doc-1", "/documents/doc-1/pages/1.png", "/no"]
      ) {
        const headers = (await page.request.get(path)).headers();
        assertEquals(headers["cache-control"], "no-store", path);
        assertEquals(headers["x-content-type-options"], "nosniff", path);
        assertStringIncludes(
          headers["content-security-policy"],
          "default-src 'none'; script-src 'self'",
          path,
        );
        assertStringIncludes(headers["content-security-policy"], "frame-ancestors 'none'", path);
      }
      await context.clearCookies();
      assertEquals((await page.request.get("/documents/doc-1/pages/1.png")).status(), 401);
      const large = { name: "ann", password: PASSWORD.repeat(10_000) };
      const headers = { origin: rig.portal.url };
      assertEquals((await page.request.post("/sign-in", { form: large, headers })).status(), 413);
      assertEquals(rig.failures, []);
    }),
});
