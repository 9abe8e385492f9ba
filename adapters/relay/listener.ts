import { defineListener } from "../../runtime/contract/adapter.ts";
import { config, errors } from "./_listener_spec.ts";
import { probeRelay } from "./_probe.ts";
import { unfitConnecting } from "./_settings.ts";
import { useOffice } from "./connecting/lines.ts";
import { Reception } from "./receiving/reception.ts";

/**
 * Takes sealed messages from the gateway's own mailbox at a relay (NATS JetStream), and puts the receipt for each into the
 * mailbox of who sent it. The gateway dials out: nothing needs to reach it.
 *
 * A frame is acknowledged once the relay has stored the receipts for all that is in it; until then it comes again. What was
 * not taken is put back and comes again later. A frame that cannot be read is reported, and does not come again.
 *
 * Source: docs/relay_protocol.md; NATS client protocol, ADR-13 (pull consumers).
 */
export default defineListener({
  name: "relay",
  about: "Takes sealed messages from the gateway's mailbox at a relay.",
  config,
  errors,
  link: ({ servers }) => ({ servers }),
  check: unfitConnecting,
  signsIn: true,
  probe: probeRelay,
  async listen(tools) {
    const office = await useOffice(tools, tools.config);
    const reception = new Reception(tools, office);
    return {
      address: tools.config.servers.join(", "),
      stop: () => reception.stop(),
      async [Symbol.asyncDispose]() {
        reception.drop();
        await office.release();
      },
    };
  },
});
