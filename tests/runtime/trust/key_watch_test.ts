import { assertEquals } from "@std/assert";
import { createIdentity, type Identity } from "../../../runtime/trust/identity.ts";
import { type KeyNews, KeyWatch } from "../../../runtime/trust/key_watch.ts";
import { keyringOf } from "../../../runtime/trust/keyring.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { masterKey } from "../../world/master_key.ts";
import { MADE_AT_MS } from "./gateways.ts";

const FILE = "/keys.json";
const LOOK_MS = 10_000;

/** A watch over a file in memory. */
class Site implements Disposable {
  readonly clock = new FakeClock(MADE_AT_MS);
  readonly news: KeyNews[] = [];
  readonly keyring;
  readonly watch: KeyWatch;
  #file: Uint8Array<ArrayBuffer> | undefined;
  #writes = 0;

  constructor(identity: Identity, file: Uint8Array<ArrayBuffer>) {
    this.write(file);
    this.keyring = keyringOf({ gateway: "lab.example", clock: this.clock, identity, partners: {} });
    this.watch = new KeyWatch({
      file: FILE,
      masterKey,
      keyring: this.keyring,
      world: {
        clock: this.clock,
        disk: {
          ...denoWorld.disk,
          read: () =>
            this.#file
              ? Promise.resolve(this.#file)
              : Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT" })),
          facts: () =>
            Promise.resolve(
              this.#file && { kind: "file", size: this.#file.length, modifiedMs: this.#writes },
            ),
        },
      },
      report: (news) => void this.news.push(news),
    });
  }

  write(file: Uint8Array<ArrayBuffer> | undefined): void {
    this.#file = file;
    this.#writes++;
  }

  /** Lets it look at the file once. */
  async look(): Promise<void> {
    await this.clock.advance(LOOK_MS);
    await this.clock.armed(LOOK_MS);
  }

  /** What was told, in short. */
  get told(): readonly unknown[] {
    return this.news.map((one) => one.name === "keysChanged" ? one.serial : one.error.code);
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]();
  }
}

const make = () => createIdentity({ gateway: "lab.example", nowMs: MADE_AT_MS, masterKey });

Deno.test("keys that are written over the file count within ten seconds, without a restart", async () => {
  const [first, next] = [await make(), await make()];
  using site = new Site(first.identity, first.privateFile);
  await site.watch.start();
  site.write(next.privateFile);
  assertEquals(site.keyring.signingKey().keyId, first.identity.signing[0].keyId);
  await site.look();
  assertEquals(site.keyring.signingKey().keyId, next.identity.signing[0].keyId);
  assertEquals(site.told, [1]);
});

Deno.test("a file that cannot be used changes nothing, and is told of once", async () => {
  const [first, next] = [await make(), await make()];
  using site = new Site(first.identity, first.privateFile);
  await site.watch.start();
  const foreign = await createIdentity({ gateway: "clinic.example", nowMs: MADE_AT_MS, masterKey });
  for (const file of [new Uint8Array(3), undefined, foreign.privateFile]) {
    site.write(file);
    for (let looks = 0; looks < 3; looks++) await site.look();
    assertEquals(site.keyring.signingKey().keyId, first.identity.signing[0].keyId);
  }
  assertEquals(site.told, [
    "IDENTITY_FILE_INVALID",
    "KEYRING_FILE_UNREADABLE",
    "KEYRING_GATEWAY_MISMATCHED",
  ]);
  site.write(next.privateFile);
  await site.look();
  assertEquals(site.keyring.signingKey().keyId, next.identity.signing[0].keyId);
});

Deno.test("a watch says who changed the keys", async () => {
  const first = await make();
  const next = await createIdentity({
    gateway: "lab.example",
    nowMs: MADE_AT_MS,
    masterKey,
    changedBy: "ann",
  });
  using site = new Site(first.identity, first.privateFile);
  await site.watch.start();
  site.write(next.privateFile);
  await site.look();
  assertEquals(site.news, [{ name: "keysChanged", serial: 1, by: "ann" }]);
});

Deno.test("a watch says that there is no key for the ledger", async () => {
  const { identity: { ledger: _, ...identity }, privateFile } = await make();
  using site = new Site(identity, privateFile);
  await site.watch.start();
  assertEquals(site.told, ["IDENTITY_LEDGER_MISSING"]);
});

Deno.test("a watch says that keys lie in clear, and is silent once it is disposed", async () => {
  const { identity, privateFile } = await make();
  using site = new Site({ ...identity, isSealed: false }, privateFile);
  await site.watch.start();
  assertEquals(site.told, ["IDENTITY_FILE_UNSEALED"]);
  site.watch[Symbol.dispose]();
  assertEquals(site.clock.waiting, 0);
});
