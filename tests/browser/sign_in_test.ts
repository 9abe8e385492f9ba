import { assert, assertEquals } from "@std/assert";
import { invoice } from "./_documents.ts";
import { CHANGE, ignore, PASSWORD, signIn, withPage } from "./_rig.ts";

Deno.test({
  ignore,
  name: "who signs in with a wrong password or name is told the same",
  fn: () =>
    withPage(async ({ person, logins }) => {
      const { page } = await person();
      await page.goto("/");
      assertEquals(new URL(page.url()).pathname, "/sign-in");
      const told: string[] = [];
      for (const name of ["ann", "nobody"]) {
        await signIn(page, name, "not the password at all");
        told.push(await page.locator("#notice").innerText());
      }
      assertEquals(told, Array(2).fill("Cannot sign in: name or password is wrong."));
      assertEquals(logins, [
        { code: "PORTAL_SIGN_IN_REFUSED", by: "ann" },
        { code: "PORTAL_SIGN_IN_REFUSED" },
      ]);
    }),
});

Deno.test({
  ignore,
  name: "who signs in sees the queue, and is signed out again",
  fn: () =>
    withPage(async ({ person, reviews, logins }) => {
      reviews.put("doc-1", invoice());
      const { page, context, breaches } = await person();
      await signIn(page, "ann");
      await page.getByRole("heading", { name: "Documents to review" }).waitFor();
      assertEquals(await page.locator("#queue tbody tr").count(), 1);
      assertEquals(await page.locator("#queue tbody td").allInnerTexts(), [
        "faxes",
        "Invoice",
        "invoice",
        "2",
        "5",
        "0 of 1",
      ]);
      const [cookie] = await context.cookies();
      assert(cookie.httpOnly);
      assertEquals(cookie.sameSite, "Strict");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Password").waitFor();
      assertEquals(await context.cookies(), []);
      // The cookie alone is worth nothing any more.
      await context.addCookies([cookie]);
      await page.goto("/");
      assertEquals(new URL(page.url()).pathname, "/sign-in");
      assertEquals(logins, [{ by: "ann" }]);
      assertEquals(breaches, []);
    }),
});

Deno.test({
  ignore,
  name: "after five wrong passwords the right one has to wait a minute",
  fn: () =>
    withPage(async ({ person, clock, logins }) => {
      const { page } = await person();
      for (let times = 0; times < 5; times++) await signIn(page, "ann", "not the password at all");
      await signIn(page, "ann");
      assertEquals(
        await page.locator("#notice").innerText(),
        "Cannot sign in: too many attempts; wait a minute.",
      );
      assertEquals(logins.length, 5);
      await clock.advance(60_000);
      await signIn(page, "ann");
      await page.getByRole("heading", { name: "Documents to review" }).waitFor();
    }),
});

Deno.test({
  ignore,
  name: "a session nobody uses is over, and leads back to the document",
  fn: () =>
    withPage(async ({ reviews, signedIn, clock }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.goto("/documents/doc-1");
      await clock.advance(29 * 60_000);
      await page.reload();
      await page.locator("#panel").waitFor();
      await clock.advance(30 * 60_000);
      await page.reload();
      await page.getByLabel("Password").waitFor();
      await signIn(page, "ann");
      assertEquals(new URL(page.url()).pathname, "/documents/doc-1");
    }),
});

Deno.test({
  ignore,
  name: "a screen that nobody uses shows nothing when the session is over",
  fn: () =>
    withPage(async ({ reviews, signedIn, clock }) => {
      reviews.put("doc-1", invoice());
      const { page } = await signedIn("ann");
      await page.clock.install();
      await page.goto("/documents/doc-1");
      await page.locator("#panel").waitFor();
      await clock.advance(30 * 60_000);
      await Promise.all([page.waitForURL(/sign-in\?over/), page.clock.fastForward(30 * 60_000)]);
      assertEquals(await page.locator("#panel").count(), 0);
    }),
});

Deno.test({
  ignore,
  name: "who is removed, or gets another password, is signed out at once",
  fn: () =>
    withPage(async ({ signedIn, users }) => {
      const [ann, bob] = [await signedIn("ann"), await signedIn("bob")];
      await users.remove("ann", CHANGE);
      await users.setPassword("bob", `${PASSWORD} staple`, CHANGE);
      for (const { page } of [ann, bob]) {
        await page.goto("/");
        await page.getByLabel("Password").waitFor();
      }
    }),
});
