import { assertRejects } from "@std/assert";
import listener from "../../../adapters/sftp_server/listener.ts";
import type { FakeClock } from "../../world/fake_clock.ts";
import type { FakeIntake } from "../../world/fake_intake.ts";
import type { World } from "../../../runtime/contract/world.ts";
import { type ListenerRig, openListener } from "../../world/tools.ts";
import { unstuck } from "../../world/turns.ts";
import { configIn, SftpPeer, type SignInOptions } from "./sftp_peer.ts";

/** Settings that are to be others than `configIn` has them. */
export type Given = Partial<Parameters<typeof openListener<typeof listener.config, never>>[1]>;

/** A listener, and how to come to it. */
export interface Scene extends ListenerRig {
  readonly folder: string;
  connect(options?: SignInOptions): Promise<SftpPeer>;
  /** Names of what is staged, of a partner. */
  staged(partner?: string): string[];
  /** Another listener in the same folder, after this one is gone. */
  again(): Promise<Scene>;
}

/** Opens a listener in a folder. */
export async function open(
  given: Given,
  folder: string,
  parts: { readonly clock?: FakeClock; readonly intake?: FakeIntake; readonly world?: World } = {},
): Promise<Scene> {
  const rig = await openListener(listener, { ...configIn(folder), ...given }, parts);
  return {
    ...rig,
    folder,
    connect: (options) => SftpPeer.connect(rig.listening.address, options),
    staged: (partner = "acme") =>
      [...Deno.readDirSync(`${folder}/${partner}`)].map(({ name }) => name).sort(),
    async again() {
      await rig[Symbol.asyncDispose]();
      return await open(given, folder, parts);
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** A test with a listener of its own, in a folder of its own. */
export function test(sentence: string, run: (scene: Scene) => Promise<void>, given: Given = {}): void {
  Deno.test(`sftp_server ${sentence}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using scene = await open(given, folder);
      await unstuck(() => run(scene));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);
/** Starts a file and leaves it open. */
export async function half(peer: SftpPeer, path: string, text: string): Promise<Uint8Array> {
  const handle = await peer.open(path, "w");
  await peer.write(handle, bytesOf(text), 0);
  return handle;
}
/** Fails where the partner's program is not told these words. */
export const refusedWith = (work: Promise<unknown>, words: string) => assertRejects(() => work, Error, words);
