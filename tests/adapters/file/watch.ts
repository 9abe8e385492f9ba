import listener from "../../../adapters/file/listener.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { type Faults, faultyDisk } from "./faulty_disk.ts";
import { Folder } from "./folder.ts";

/** How often the listener looks. */
export const everyMs = 1_000;

/** An open listener, its folder and its clock. */
export interface Watch extends ListenerRig {
  readonly folder: Folder;
  /** Lets the listener look so many times more. It has when this resolves. */
  rounds(count: number): Promise<void>;
}

/** Opens a listener on a folder with some files in it, and waits for its first look. */
export async function watch(
  files: Readonly<Record<string, string>> = {},
  config: object = {},
  faults: Faults = {},
  timeZone = "UTC",
): Promise<Watch> {
  const folder = await Folder.make();
  for (const [name, content] of Object.entries(files)) await folder.write(name, content);
  const clock = new FakeClock();
  const intake = new FakeIntake();
  const world = worldWith(clock, { disk: faultyDisk(faults) });
  const rig = await openListener(listener, { path: folder.path, everyMs, ...config }, {
    clock,
    intake,
    world,
    timeZone,
  });
  await clock.armed();
  return {
    ...rig,
    folder,
    async rounds(count) {
      for (let round = 0; round < count; round++) {
        await clock.advance(everyMs);
        await clock.armed();
      }
    },
    async [Symbol.asyncDispose]() {
      await rig.listening[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
