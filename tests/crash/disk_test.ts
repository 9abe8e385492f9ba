/** The program itself on a disk that fills up, and on one that is read-only. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fieldsOf, MllpClient } from "../../examples/_kit/mllp.ts";
import { freePort } from "../../examples/_kit/ports.ts";
import { mitral } from "../../examples/_kit/process.ts";
import { Receiver } from "../../examples/_kit/receiver.ts";
import { writeMasterKey } from "../world/master_key.ts";
import { canMount, Mount } from "../world/mounts.ts";
import { turns, unstuck } from "../world/turns.ts";
import { Crashable } from "./_crashable.ts";

const encoder = new TextEncoder();

function messageOf(at: number): Uint8Array {
  const note = "x".repeat(4_000);
  return encoder.encode(
    `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|M${at}|P|2.5\rPID|1||4711\rNTE|1||${note}\r`,
  );
}

interface Ports {
  readonly port: number;
  readonly to: number;
  readonly monitor: number;
}

function freePorts(): Ports {
  return { port: freePort(), to: freePort(), monitor: freePort() };
}

/** A gateway in a folder of its own, whose data is on a mount. */
async function site(mount: Mount, { port, to, monitor }: Ports, diskFreeMin: string) {
  const folder = await Deno.makeTempDir();
  await writeMasterKey(folder);
  const file = join(folder, "gateway.yaml");
  await Deno.writeTextFile(
    file,
    `gateway: ward
data: ${mount.folder}
journal: { diskFreeMin: ${diskFreeMin} }
monitor: { port: ${monitor} }
channels:
  results:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    retry: { firstMs: 50 ms, longestMs: 500 ms }
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${to} } } }
`,
  );
  return {
    name: "ward",
    file,
    log: join(folder, "ward.log"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

for (
  const [how, diskFreeMin, says] of [
    ["to the last byte", "0", { journal: "failed" }],
    ["past its mark", "40 MB", { diskLow: true }],
  ] as const
) {
  Deno.test({
    name: `on a disk that fills up ${how} nothing acknowledged is lost, and the gateway goes on by itself`,
    ignore: !canMount,
    fn: () => unstuck(() => fillUp(diskFreeMin, says), 120_000),
  });
}

async function fillUp(diskFreeMin: string, says: Readonly<Record<string, unknown>>): Promise<void> {
  const ports = freePorts();
  await using mount = await Mount.tmpfs(96);
  await using files = await site(mount, ports, diskFreeMin);
  const acknowledged: string[] = [];
  using client = new MllpClient(ports.port);
  /** False where no answer came. */
  const send = async (at: number) => {
    const answer = await client.ask(messageOf(at));
    if (!answer) return false;
    assertEquals(fieldsOf(answer)[1].slice(0, 3), ["MSA", "AA", `M${at}`]);
    acknowledged.push(`M${at}`);
    return true;
  };
  {
    await using gateway = new Crashable(files);
    await gateway.up();
    assert(await send(0));
    const makeRoom = await mount.fill(diskFreeMin === "0" ? 2 << 20 : 30 << 20);
    let count = 1;
    // What is not read gets no answer: the message that finds the disk full waits, or is sent again.
    const isSaid = async () => {
      const state = await (await fetch(`http://127.0.0.1:${ports.monitor}/ready`)).json();
      return Object.entries(says).every(([name, value]) => state[name] === value);
    };
    let waiting: Promise<boolean> | undefined;
    while (!await isSaid()) {
      waiting ??= send(count);
      const answered = await Promise.race([waiting, turns()]);
      if (answered === undefined) continue;
      waiting = undefined;
      if (answered) count++;
    }
    assert(count > 10 || diskFreeMin !== "0", "the disk was full from the start");
    await makeRoom();
    if (waiting && await waiting) count++;
    for (const end = count + 20; count < end;) if (await send(count)) count++;
    const arrived: string[] = [];
    const all = Promise.withResolvers<void>();
    await using _ehr = Receiver.listen(ports.to, ({ controlId }) => {
      if (!arrived.includes(controlId)) arrived.push(controlId);
      if (arrived.length === count) all.resolve();
    });
    await all.promise;
    assertEquals(arrived, acknowledged);
  }
}

Deno.test({
  name: "on a disk that is read-only from the start a gateway does not start, and says why",
  ignore: !canMount,
  async fn() {
    await using mount = await Mount.tmpfs(8);
    await using files = await site(mount, freePorts(), "0");
    await mount.remount("ro");
    const { code, err } = await mitral("run", files.file);
    assert(code !== 0);
    assertStringIncludes(err, "CONTROL_SOCKET_REFUSED");
    assertStringIncludes(err, "EROFS");
  },
});
