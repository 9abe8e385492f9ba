import { defineListener } from "../../runtime/contract/adapter.ts";
import { serveRequests } from "../_kit/http/serving.ts";
import { check, config } from "./_listener_spec.ts";
import { probeListener } from "./_probe_listener.ts";
import { errors } from "./receiving/errors.ts";
import { Requests } from "./receiving/requests.ts";

/**
 * Takes messages posted over HTTP (RFC 9110), one to a request, and answers each with what the channel says of it;
 * `receiving/reply_response.ts` has the table of statuses. For HL7 v2 that is HL7 over HTTP.
 *
 * A body is read only when its path, method, type and the channel allow it, and never beyond `bodyBytesMax`.
 * Everything refused is answered with problem details (RFC 9457) that carry the error's code.
 *
 * With `mount` it takes requests from the service around the gateway, too, which owns the socket they came by and says
 * who may use it; without a `port` it takes no others.
 */
export default defineListener({
  name: "https",
  about: "Takes messages posted over HTTPS, or over HTTP on this machine.",
  config,
  errors,
  check,
  link: ({ url }) => url === undefined ? undefined : { url },
  probe: probeListener,
  async listen(tools) {
    const { port, path, mount } = tools.config;
    if (port === undefined && !mount) tools.fail("HTTPS_PORT_MISSING");
    const requests = new Requests(tools);
    const serving = await serveRequests("HTTPS", tools, port, requests);
    return {
      address: port === undefined ? path : serving.address(path),
      handle: async (request, peer) => await requests.handle(request, { peer }),
      ...(mount ? { mounts: (asked: string) => requests.serves(asked) } : {}),
      stop: () => serving.stop(),
      [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
    };
  },
});
