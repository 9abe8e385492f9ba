import { assert, assertEquals } from "@std/assert";
import { openPortal } from "../../../../runtime/console/portal/portal.ts";
import { Users } from "../../../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { withFolder } from "../console_kit.ts";
import { FakeReviews, waitingDocument } from "../fake_reviews.ts";

const PASSWORD = "correct horse battery";
const { id } = waitingDocument;

/** A page, and what somebody who has signed in to look gets from it. */
function withViewer(
  reviews: FakeReviews,
  use: (get: (path: string) => Promise<Response>) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const vic = { name: "vic", role: "viewer", isSamePerson: false, password: PASSWORD } as const;
    await new Users(denoWorld.disk, folder).add(vic, { by: "root", world: denoWorld });
    const service = { reviews, noteLogin: () => {}, noteUsers: () => {}, failed: () => {} };
    const settings = { port: 0, host: "127.0.0.1", sessionMinutes: 30 };
    const portal = await openPortal(service, denoWorld, folder, settings);
    try {
      const { headers, body } = await fetch(`${portal.url}/sign-in`, {
        method: "POST",
        redirect: "manual",
        headers: { origin: portal.url },
        body: new URLSearchParams({ name: "vic", password: PASSWORD }),
      });
      await body?.cancel();
      const cookie = headers.get("set-cookie")!.split(";")[0];
      await use((path) => fetch(`${portal.url}${path}`, { headers: { cookie } }));
    } finally {
      await portal.close();
    }
  });
}

Deno.test("whoever asks for the picture of a page, and not for the document, is noted to have looked", async () => {
  const asked: unknown[][] = [];
  await withViewer(new FakeReviews(asked), async (get) => {
    for (const page of [1, 2]) {
      assertEquals(
        await (await get(`/documents/${id}/pages/${page}.png`)).text(),
        `page ${page} from the edge`,
      );
    }
    // Once is enough for all its pages, also where the document itself was asked for.
    assertEquals(asked, [["show", id, { person: "vic" }]]);
    await (await get(`/documents/${id}`)).body?.cancel();
    await (await get(`/documents/${id}/pages/1.png`)).body?.cancel();
    assertEquals(asked.length, 2);
  });
});

Deno.test("however many pictures somebody asks for at once, a few are drawn, and the others wait", async () => {
  const reviews = new FakeReviews([]);
  let [now, most, all] = [0, 0, 0];
  const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
  reviews.picture = async () => {
    most = Math.max(most, ++now);
    all++;
    if (now === 4) isFull();
    await full;
    now--;
    return new Uint8Array();
  };
  await withViewer(reviews, async (get) => {
    const pictures = Array.from({ length: 20 }, () => get(`/documents/${id}/pages/1.png`));
    for (const picture of await Promise.all(pictures)) await picture.body?.cancel();
    assert(most <= 4, `${most} at once`);
    assertEquals(all, 20);
  });
});
