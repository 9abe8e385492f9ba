import listener from "../../../adapters/https/listener.ts";
import { type Exchange, testListener } from "../../contract/listener_kit.ts";
import { CANARY } from "../../contract/payloads.ts";

const bodyBytesMax = 250_000;

testListener("https listener", {
  spec: listener,
  answers: true,
  occupied: {
    code: "HTTPS_PORT_BUSY",
    config: (address) => ({ port: Number(new URL(address).port) }),
  },
  async breakRules(address) {
    const bytes = new TextEncoder().encode(CANARY.padEnd(bodyBytesMax + 50_000, "."));
    await (await post(address, bytes)).bytes();
    return bytes.subarray(0, bodyBytesMax);
  },
  async scene() {
    return {
      config: { port: 0, bodyBytesMax },
      async connect(address) {
        const gone = new AbortController();
        return {
          async exchange(bytes): Promise<Exchange> {
            const response = await post(address, bytes, gone.signal);
            const answer = await response.bytes();
            if (response.status === 503) return { kind: "left" };
            return response.status === 204 ? { kind: "taken" } : { kind: "answered", bytes: answer };
          },
          close: () => gone.abort(),
        };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

function post(address: string, bytes: Uint8Array, signal?: AbortSignal): Promise<Response> {
  const headers = { "content-type": "text/plain" };
  return fetch(address, { method: "POST", headers, body: bytes as Uint8Array<ArrayBuffer>, signal });
}
