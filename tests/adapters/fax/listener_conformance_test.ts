import listener from "../../../adapters/fax/listener.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { type Exchange, testListener } from "../../contract/listener_kit.ts";
import { basic } from "./_fax_rig.ts";

/** A fax has more bytes in base64 than by itself, and one without any brings nothing. */
testListener("fax listener", {
  spec: listener,
  answers: false,
  occupied: {
    code: "FAX_PORT_BUSY",
    config: (address) => ({ port: Number(new URL(address).port), providers }),
  },
  async scene() {
    let count = 0;
    return {
      config: { port: 0, providers },
      async connect(address) {
        const gone = new AbortController();
        return {
          async exchange(bytes): Promise<Exchange> {
            const body = JSON.stringify({
              event: "INCOMING_FAX",
              fax: { id: `fax-${++count}`, direction: "INBOUND" },
              file: bytes.toBase64(),
            });
            const headers = {
              "content-type": "application/json",
              authorization: basic("sinch", "correct horse"),
            };
            const response = await fetch(`${address}/sinch`, {
              method: "POST",
              headers,
              body,
              signal: gone.signal,
            });
            await response.text();
            return { kind: response.status === 200 ? "taken" : "left" };
          },
          close: () => gone.abort(),
        };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

const providers = {
  sinch: {
    kind: "sinch" as const,
    login: { user: "sinch", password: [secretOf("correct horse")] },
    signatureAgeMsMax: 300_000,
  },
};
