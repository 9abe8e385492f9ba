import { defineListener } from "../../runtime/contract/adapter.ts";
import { serveRequests } from "../_kit/http/serving.ts";
import { errors } from "./_errors.ts";
import { check, config } from "./_listener_spec.ts";
import { probeListener } from "./_probe.ts";
import { Requests } from "./requests.ts";

/**
 * Takes faxes that a provider has received: it posts each, or tells of each, and gets 200 once the fax is in the journal.
 * What `providers/` has of each provider is what its documentation shows. How a fax arrived stands in parameters of its
 * media type.
 *
 * A provider tries again until it reads 200, for days, and then the same fax is recognised by the provider's name, the fax's
 * id and its bytes.
 */
export default defineListener({
  name: "fax",
  about: "Takes faxes from a fax provider, by its webhook.",
  config,
  errors,
  check,
  probe: probeListener,
  async listen(tools) {
    const { port, path } = tools.config;
    const serving = await serveRequests("FAX", tools, port, new Requests(tools));
    return {
      address: serving.address(path),
      stop: () => serving.stop(),
      [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
    };
  },
});
