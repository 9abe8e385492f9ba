import { assertEquals, assertRejects } from "@std/assert";
import type { FetchOptions } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

const tls = { versionMin: "1.2" } as const;

/** Takes connections, and never says a word on them. */
class Silent implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #comers: Deno.Conn[] = [];

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Resolves once somebody has come and said something. */
  async heard(): Promise<Deno.Conn> {
    const comer = await this.#listener.accept();
    this.#comers.push(comer);
    await comer.read(new Uint8Array(4096));
    return comer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const comer of this.#comers) comer.close();
    await Promise.resolve();
  }
}

/** Asks by a peer that says nothing, gives up, and waits until the connection is gone. */
async function giveUpOn(silent: Silent, url: string, options: FetchOptions): Promise<void> {
  const life = new AbortController();
  const request = new Request(url, { method: "POST", body: "MSH|", signal: life.signal });
  const asking = assertRejects(() => denoWorld.net.fetch(request, options), Error, "too late");
  const comer = await silent.heard();
  life.abort(new Error("too late"));
  await asking;
  assertEquals(await comer.read(new Uint8Array(1)).catch(() => null), null);
}

Deno.test("fetch: whoever gives up on a silent peer has its answer at once, and leaves no connection", async () => {
  await using silent = new Silent();
  await giveUpOn(silent, `https://localhost:${silent.port}/`, { tls, proxy: "none" });
  await giveUpOn(silent, `http://localhost:${silent.port}/`, { proxy: "none" });
});

Deno.test("fetch: whoever gives up on a silent proxy has its answer at once, and leaves no connection", async () => {
  await using silent = new Silent();
  const proxy = `http://user:password@127.0.0.1:${silent.port}`;
  await giveUpOn(silent, "https://registry.example/", { proxy });
  await giveUpOn(silent, "https://registry.example/", { tls, proxy });
});

Deno.test("fetch: a proxy that is spoken to by TLS is told no password in clear", async () => {
  await using silent = new Silent();
  const proxy = `https://user:password@127.0.0.1:${silent.port}`;
  await assertRejects(
    () => denoWorld.net.fetch(new Request("https://registry.example/"), { tls, proxy }),
    TypeError,
  );
});

Deno.test("fetch: an answer of a status that there is not is none, and its connection goes", async () => {
  await using silent = new Silent();
  const asking = assertRejects(() =>
    denoWorld.net.fetch(new Request(`http://localhost:${silent.port}/`), { proxy: "none" })
  );
  const comer = await silent.heard();
  await comer.write(new TextEncoder().encode("HTTP/1.1 799 Odd\r\nContent-Length: 5\r\n\r\nhello"));
  await asking;
  assertEquals(await comer.read(new Uint8Array(1)).catch(() => null), null);
});
