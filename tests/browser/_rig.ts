import type { Browser, BrowserContext, Page } from "playwright-core";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { Login } from "../../runtime/engine/ledger/gateway_entries.ts";
import { openPortal, type Portal, type PortalService } from "../../runtime/console/portal/portal.ts";
import { derive, SALT_BYTES } from "../../runtime/console/portal/users/password.ts";
import { Users } from "../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { requirePeer } from "../interop/_peers.ts";
import { FakeClock } from "../world/fake_clock.ts";
import { FakeReviews } from "./_fake_reviews.ts";

const peer = await requirePeer("chromium");
/** True where the tests of this folder are to be skipped. */
export const ignore = peer.missing;

/** Good enough for everybody. */
export const PASSWORD = "correct horse battery";

/** Who changes users, in tests. */
export const CHANGE = { by: "root", world: denoWorld };

/** A page with its users, and a browser that looks at it. */
export interface Rig {
  readonly reviews: FakeReviews;
  readonly users: Users;
  readonly clock: FakeClock;
  readonly portal: Portal;
  /** Who signed in, or could not. */
  readonly logins: Login[];
  /** Errors that were none of a person's. */
  readonly failures: MitralError[];
  /** A person with a browser of their own; every breach of the content policy is in `breaches`. */
  person(): Promise<Person>;
  /** The same, signed in. */
  signedIn(name: string): Promise<Person>;
}

/** Somebody with a browser. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly breaches: string[];
}

/** A browser takes seconds to start: the tests of a file share one, and each person has a context of their own. */
let browser: Browser;
if (!ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** Users whose passwords are hashed at hardly any cost: a hash says at which, and is checked at that. */
function usersFile(): string {
  const cost = { m: 8, t: 1, p: 1 }, salt = new Uint8Array(SALT_BYTES);
  const base64 = (bytes: Uint8Array) => bytes.toBase64({ omitPadding: true });
  const hash = base64(derive(PASSWORD, { ...cost, salt }));
  const users = [["ann", "reviewer"], ["bob", "reviewer"], ["vic", "viewer"]].map(([name, role]) => ({
    ...{ name, role, by: "root", atMs: 0 },
    hash: `$argon2id$v=19$m=${cost.m},t=${cost.t},p=${cost.p}$${base64(salt)}$${hash}`,
  }));
  return JSON.stringify({ version: 1, users });
}

/** Opens a page with `ann` and `bob`, who review, and `vic`, who looks; what `use` leaves open is closed. */
export async function withPage(
  use: (rig: Rig) => Promise<void>,
  options: { readonly findPatients?: PortalService["findPatients"] } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using open = new AsyncDisposableStack();
  open.defer(() => Deno.remove(folder, { recursive: true }));
  const clock = new FakeClock(Date.UTC(2026, 0, 5, 12));
  await Deno.writeTextFile(`${folder}/users.json`, usersFile());
  const users = new Users(denoWorld.disk, folder);
  const reviews = new FakeReviews(clock.nowMs());
  const logins: Login[] = [], failures: MitralError[] = [];
  const portal = await openPortal(
    {
      reviews,
      noteLogin: (login) => logins.push(login),
      noteUsers: () => {},
      failed: (error) => failures.push(error),
      ...options,
    },
    { ...denoWorld, clock },
    folder,
    { port: 0, host: "127.0.0.1", sessionMinutes: 30 },
  );
  open.defer(() => portal.close());

  const person = async (): Promise<Person> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: portal.url });
    open.defer(() => context.close());
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const breaches: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) breaches.push(message.text());
    });
    page.on("pageerror", (error) => breaches.push(error.message));
    return { page, context, breaches };
  };
  const signedIn = async (name: string): Promise<Person> => {
    const somebody = await person();
    await signIn(somebody.page, name);
    return somebody;
  };
  await use({ reviews, users, clock, portal, logins, failures, person, signedIn });
}

/** Says who somebody is, by the keyboard. */
export async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  if (!page.url().includes("/sign-in")) await page.goto("/sign-in");
  await page.getByLabel("Name").fill(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

async function launch(): Promise<Browser> {
  // Otherwise the package looks for Windows in /proc as soon as it is imported, which takes more than tests may.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const { stdout } = await new Deno.Command("/usr/bin/env", { args: ["which", "chromium"] }).output();
  // Who is root has no sandbox: everything that is looked at is our own.
  return await chromium.launch({
    executablePath: new TextDecoder().decode(stdout).trim(),
    args: ["--no-sandbox"],
  });
}
