import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { invoice, patient } from "./_documents.ts";
import { ignore, signIn, withPage } from "./_rig.ts";

const matched = { kind: "matched", patient: { ...patient, source: "index" } } as const;

/** Resolves when the input of a value has the keyboard. */
async function focusOn(page: Page, path: string): Promise<void> {
  await page.locator(`form.value[data-path="${path}"] input:focus`).waitFor();
}

Deno.test({
  ignore,
  name: "a person goes through what is doubtful and approves it, by the keyboard alone",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice(), { verdict: matched });
      const { page, breaches } = await signedIn("ann");
      // The first document has the keyboard.
      await page.locator("#queue a:focus").waitFor();
      await page.keyboard.press("Enter");
      await focusOn(page, "invoiceDate");
      // Doubtful values come first, in the order of the document, each beside what the page shows.
      assertEquals(
        await page.locator("form.value.doubt").evaluateAll((forms) => forms.map((form) => form.dataset.path)),
        ["invoiceDate", "total", "lines[2].amount"],
      );
      assertEquals(await page.locator("form.value.doubt svg.crop").count(), 3);
      await page.keyboard.type("20260104");
      await page.keyboard.press("Enter");
      await focusOn(page, "total");
      // What stands there is right: it is kept.
      await page.keyboard.press("Enter");
      await focusOn(page, "lines[2].amount");
      // It stands on the second page, which is shown.
      await page.locator('figure[data-page="2"] rect.current').waitFor();
      await page.keyboard.type("18.50");
      await page.keyboard.press("Enter");
      await page.locator("form.value.doubt").first().waitFor({ state: "detached" });
      await page.locator("#approve button:focus").waitFor();
      await Promise.all([page.waitForURL("**/?done=approved"), page.keyboard.press("Control+Enter")]);
      assertEquals(await page.locator("#notice").innerText(), "Approved: it goes on.");
      const { state, document: { fields, tables }, steps } = reviews.now("doc-1");
      assertEquals(state, "approved");
      assertEquals([fields.invoiceDate.value, fields.total.value], ["20260104", "118.00"]);
      assertEquals(tables.lines[1].amount.value, "18.50");
      assertEquals(steps.map(({ by, did }) => `${by.person} ${did}`), [
        "program opened",
        "ann viewed",
        "ann set",
        "ann set",
        "ann set",
        "ann approved",
      ]);
      assertEquals(breaches, []);
    }),
});

Deno.test({
  ignore,
  name: "pictures are asked for once, and shown in every crop",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await page.locator('figure[data-page="1"] image[href^="blob:"]').waitFor();
      await page.locator('svg.crop image[href^="blob:"]').nth(2).waitFor();
      await page.locator("form.value.doubt input[name=value]").nth(1).press("Enter");
      await page.getByText("Kept.").waitFor();
      await page.locator('svg.crop image[href^="blob:"]').nth(1).waitFor();
      assertEquals([...reviews.pictures].sort(), ["doc-1 1", "doc-1 2"]);
      const natural = await page.evaluate(`(async () => {
  const image = new Image();
  image.src = document.querySelector("figure image").getAttribute("href");
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
})()`);
      assertEquals(natural, [850, 1100]);
    }),
});

Deno.test({
  ignore,
  name: "keys step through doubtful values, turn pages, and lead back",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await focusOn(page, "invoiceDate");
      await page.keyboard.press("Alt+ArrowDown");
      await focusOn(page, "total");
      await page.keyboard.press("Alt+ArrowUp");
      await page.keyboard.press("Alt+ArrowUp");
      await focusOn(page, "lines[2].amount");
      await page.keyboard.press("Alt+1");
      assert(await page.locator('figure[data-page="1"]').isVisible());
      await page.keyboard.press("Alt+2");
      assert(await page.locator('figure[data-page="2"]').isVisible());
      assert(await page.getByRole("button", { name: "Page 2, hard to read" }).isVisible());
      // Tab leaves a value as it is.
      await page.keyboard.press("Alt+ArrowDown");
      await page.keyboard.press("Tab");
      await focusOn(page, "total");
      await page.keyboard.press("Alt+KeyR");
      await page.locator("#disposition:focus").waitFor();
      await Promise.all([page.waitForURL(/\/$/), page.keyboard.press("Alt+KeyQ")]);
    }),
});

Deno.test({
  ignore,
  name: "what is no value is told, and stays where it was typed",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      const total = page.getByLabel("Total", { exact: true });
      await total.fill("a hundred");
      await total.press("Enter");
      await page.getByText("That is no value for this field").waitFor();
      await focusOn(page, "total");
      assertEquals(await total.inputValue(), "a hundred");
      assertEquals(reviews.now("doc-1").revision, 1);
    }),
});

Deno.test({
  ignore,
  name: "a value that was sure is set where it stands",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      const cell = page.getByRole("button", { name: "Line 1: code: 99213" });
      await cell.focus();
      await page.keyboard.press("Enter");
      await focusOn(page, "lines[1].code");
      await page.keyboard.type("99214");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Line 1: code: 99214" }).waitFor();
      assertEquals(reviews.now("doc-1").document.tables.lines[0].code.source, "person");
    }),
});

Deno.test({
  ignore,
  name: "where two people have to approve, the first is told, and the second sees who it was",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice(), { approvalsNeeded: 2, verdict: matched });
      const { page: first } = await signedIn("ann");
      await first.goto("/documents/doc-1");
      await Promise.all([first.waitForURL("**/?done=once"), first.keyboard.press("Control+Enter")]);
      assertEquals(
        await first.locator("#notice").innerText(),
        "Approved. Another person has to approve it, too.",
      );
      await first.goto("/documents/doc-1");
      await Promise.all([first.waitForEvent("load"), first.keyboard.press("Control+Enter")]);
      assert((await first.locator("#notice").innerText()).startsWith("Somebody else has to approve it"));
      const { page: second } = await signedIn("bob");
      await second.goto("/documents/doc-1");
      assert((await second.locator("#approvers").innerText()).startsWith("Approved by ann."));
      await Promise.all([second.waitForURL("**/?done=approved"), second.keyboard.press("Control+Enter")]);
      assertEquals(reviews.now("doc-1").state, "approved");
    }),
});

Deno.test({
  ignore,
  name: "a document is rejected as misdirected, by the keyboard",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await page.keyboard.press("Alt+KeyR");
      await page.keyboard.type("Misd");
      await page.keyboard.press("Tab");
      await Promise.all([page.waitForURL("**/?done=rejected"), page.keyboard.press("Enter")]);
      assertEquals(reviews.now("doc-1").disposition, "misdirected");
      await page.goto("/?state=rejected");
      assertEquals(await page.locator("#queue tbody tr").count(), 1);
    }),
});

Deno.test({
  ignore,
  name: "who sees an old state is told, shown the new one, and keeps what was typed",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await reviews.set("doc-1", "total", "120.00", { by: { person: "bob" } });
      const date = page.getByRole("textbox", { name: "Invoice date" });
      await date.fill("20260104");
      await date.press("Enter");
      await page.getByText("Somebody else changed this document meanwhile").waitFor();
      assertEquals(await date.inputValue(), "20260104");
      await page.getByRole("button", { name: "Total: 120.00" }).waitFor();
      await page.getByText("bob set Total").waitFor();
      await focusOn(page, "invoiceDate");
      await page.keyboard.press("Enter");
      await page.getByText("Kept.").waitFor();
      assertEquals(reviews.now("doc-1").document.fields.invoiceDate.value, "20260104");
    }),
});

Deno.test({
  ignore,
  name: "a document without a patient is not approved until a person finds one",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page, breaches } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Control+Enter")]);
      assertEquals(await page.locator("#notice").innerText(), "Say whom it is about first.");
      await page.keyboard.press("Alt+KeyP");
      await page.locator("#search:focus").waitFor();
      await page.keyboard.press("Enter");
      assertEquals(
        await page.locator("#found button:focus").innerText(),
        "EXAMPLE, ADA · born 19700131 · F · MRN 4711 (HOSP)",
      );
      await page.keyboard.press("Enter");
      await page.locator("#chosen").waitFor();
      assertEquals(reviews.now("doc-1").document.patient, { ...patient, source: "person" });
      assertEquals(breaches, []);
    }, { findPatients: async ({ number }) => number === "4711" ? [patient] : [] }),
});

Deno.test({
  ignore,
  name: "a patient that the page contradicts is set once a person has said that the page is wrong",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page, breaches } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await page.keyboard.press("Alt+KeyP");
      await page.locator("#search:focus").waitFor();
      await page.keyboard.press("Enter");
      await page.locator("#found button:focus").waitFor();
      await page.keyboard.press("Enter");
      const again = page.locator("#other-patient button:focus");
      await again.waitFor();
      const told = await page.locator("#other-patient").innerText();
      assertStringIncludes(told, "another medical record number and date of birth than EXAMPLE, ADA");
      assertStringIncludes(told, "Medical record number: 4711");
      assertEquals(reviews.now("doc-1").document.patient, undefined);
      await page.keyboard.press("Enter");
      await page.locator("#chosen").waitFor();
      assertEquals(reviews.now("doc-1").document.patient?.mrn, "4712");
      assertStringIncludes(await page.locator(".steps").innerText(), "although the page has another");
      assertEquals(breaches, []);
    }, { findPatients: async () => [{ ...patient, mrn: "4712", birthDate: "19700130" }] }),
});

Deno.test({
  ignore,
  name: "who may only look sees no form, and is refused",
  fn: () =>
    withPage(async ({ reviews, signedIn, portal }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("vic");
      await page.goto("/documents/doc-1");
      assertEquals(await page.locator("main form").count(), 0);
      const token = await page.locator("header input[name=token]").inputValue();
      const form = { token, revision: "1" }, headers = { origin: portal.url };
      const response = await page.request.post("/documents/doc-1/approve", { form, headers });
      assertEquals(response.status(), 403);
      assert((await response.text()).includes("You may look, and not decide."));
      assertEquals(reviews.now("doc-1").state, "waiting");
    }),
});

Deno.test({
  ignore,
  name: "a document fits a screen of 1280 by 800, and every control has a name",
  fn: () =>
    withPage(async ({ reviews, signedIn }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      const [width, height] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]",
      );
      assert(width <= 1280 && height <= 800, `${width} by ${height}`);
      const nameless = await page.evaluate(`[...document.querySelectorAll("input, select, button, a, svg")]
        .filter((control) => control.type !== "hidden")
        .filter((control) => !control.labels?.length && !control.ariaLabel && !control.textContent.trim())
        .map((control) => control.outerHTML)`);
      assertEquals(nameless, []);
      assertEquals(await page.locator("[role=status]").count(), 1);
      assertEquals(await page.evaluate("document.documentElement.lang"), "en");
    }),
});

Deno.test({
  ignore,
  name: "who types when the session is over is led to sign in, and back to the document",
  fn: () =>
    withPage(async ({ reviews, signedIn, clock }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await focusOn(page, "invoiceDate");
      await clock.advance(30 * 60_000);
      await page.keyboard.type("20260104");
      await page.keyboard.press("Enter");
      await page.getByText("Your session is over").waitFor();
      await signIn(page, "ann");
      await focusOn(page, "invoiceDate");
      assertEquals(reviews.now("doc-1").revision, 1);
    }),
});

Deno.test({
  ignore,
  name: "where the gateway fails the page says so, keeps what was typed, and tells nothing of the document",
  fn: () =>
    withPage(async ({ reviews, signedIn, failures }) => {
      reviews.put("doc-1", invoice());
      reviews.set = () => Promise.reject(new TypeError("EXAMPLE, ADA"));
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await focusOn(page, "invoiceDate");
      await page.keyboard.type("20260104");
      await page.keyboard.press("Enter");
      await page.getByText("The gateway could not answer (PORTAL_REQUEST_CRASHED)").waitFor();
      assertEquals(await page.getByRole("textbox", { name: "Invoice date" }).inputValue(), "20260104");
      assertEquals(failures.map(({ message }) => message), [
        "Cannot answer POST of the review page: TypeError",
      ]);
    }),
});
