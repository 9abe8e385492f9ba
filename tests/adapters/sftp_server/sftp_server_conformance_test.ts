import listener from "../../../adapters/sftp_server/listener.ts";
import { type Exchange, testListener } from "../../contract/listener_kit.ts";
import { configIn, partner, SftpPeer } from "./sftp_peer.ts";

testListener("sftp_server listener", {
  spec: listener,
  answers: false,
  occupied: {
    code: "SFTP_SERVER_PORT_BUSY",
    config: (address, { config }) => ({ ...config, port: Number(address.split(":").at(-1)) }),
  },
  async scene() {
    const folder = await Deno.makeTempDir();
    let files = 0;
    const { partners, ...config } = configIn(folder);
    return {
      config: { ...config, partners: { acme: partner({ ...partners.acme, connectionsMax: 20 }) } },
      async connect(address) {
        const peer = await SftpPeer.connect(address);
        return {
          async exchange(bytes): Promise<Exchange> {
            const path = `/message-${++files}.hl7`;
            try {
              await peer.put(path, bytes);
              return { kind: "taken" };
            } catch {
              return { kind: "left" };
            }
          },
          close: () => peer.leave(),
        };
      },
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
});
