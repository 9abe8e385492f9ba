import { Gateway, type GatewayEvent } from "mitral";
import { writeMasterKey } from "../world/master_key.ts";

/** A gateway in a folder of its own with an empty folder `out`; both are removed afterwards. */
export interface TestGateway extends AsyncDisposable {
  readonly folder: string;
  readonly gateway: Gateway;
  /** Where a channel listens. */
  address(channel: string): string;
  /** Resolves with the first event of that name, past ones included. */
  seen(name: GatewayEvent["name"]): Promise<GatewayEvent>;
}

/** Opens a gateway with these channels, as a gateway file would have them. */
export async function openGateway(channels: Readonly<Record<string, unknown>>): Promise<TestGateway> {
  const folder = await Deno.makeTempDir();
  const remove = () => Deno.remove(folder, { recursive: true });
  await Deno.mkdir(`${folder}/out`);
  await writeMasterKey(folder);
  let gateway: Gateway;
  try {
    gateway = await Gateway.open({ gateway: "interop", channels }, { folder });
  } catch (cause) {
    await remove();
    throw cause;
  }
  const events: GatewayEvent[] = [];
  const waiting = new Set<(event: GatewayEvent) => void>();
  gateway.observe((event) => {
    events.push(event);
    for (const tell of [...waiting]) tell(event);
  });
  return {
    folder,
    gateway,
    address: (channel) => gateway.snapshot().channels.find(({ name }) => name === channel)!.address,
    seen: (name) =>
      new Promise((resolve) => {
        const tell = (event: GatewayEvent) => {
          if (event.name !== name) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
        events.forEach(tell);
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await remove();
    },
  };
}
