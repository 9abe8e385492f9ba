/** The public cases of HL7 over HTTP, against the listener and a channel that knows just enough HL7 to answer. */
import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import type { Delivery, Reply } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { openListener } from "../../world/tools.ts";

const HL7 = ["x-application/hl7-v2+er7", "application/hl7-v2+er7", "application/hl7-v2"];

interface Case {
  readonly id: string;
  readonly request: {
    readonly method: string;
    readonly path?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyHex?: string;
    readonly security?: string;
  };
  readonly expect: {
    readonly status?: string | number;
    readonly statusOneOf?: readonly (string | number)[];
    readonly contentTypeSameAsRequest?: boolean;
    readonly contentTypeNot?: string;
    readonly headers?: readonly string[];
  };
}

const all = await readCases();
const cases = all.filter(({ request }) => request.security === undefined);
const secured = all.filter(({ request }) => request.security !== undefined);

Deno.test({
  name: "https speaks HL7 over HTTP as its public cases want",
  ignore: cases.length === 0,
  async fn() {
    const intake = new FakeIntake();
    intake.reply = hl7Reply;
    await using rig = await openListener(listener, { port: 0, path: "/interface" }, {
      contentTypes: HL7,
      intake,
    });
    for (const { id, request, expect } of cases) {
      const path = (request.path ?? "/<interface>").replace("/<interface>", "/interface");
      const { method, headers } = request;
      const response = await fetch(new URL(path, rig.listening.address), {
        method,
        headers,
        body: bodyOf(request),
      });
      await response.bytes();
      const wanted = expect.statusOneOf ?? [expect.status!];
      assert(wanted.some((status) => fits(response.status, status)), `${id} was answered ${response.status}`);
      const type = response.headers.get("content-type") ?? "";
      if (expect.contentTypeSameAsRequest) assertEquals(type, headers["Content-Type"], id);
      if (expect.contentTypeNot) {
        assert(!type.includes(expect.contentTypeNot), `${id} was answered in ${type}`);
      }
    }
  },
});

Deno.test({
  name: "https asks for credentials as the public cases of HL7 over HTTP want where there are any to show",
  ignore: secured.length === 0,
  async fn() {
    const auth = { basic: { user: "lab", password: [secretOf("a password of a test")] } };
    await using rig = await openListener(listener, { port: 0, path: "/interface", auth }, {
      contentTypes: HL7,
    });
    for (const { id, request, expect } of secured) {
      const { method, headers } = request;
      const response = await fetch(rig.listening.address, { method, headers, body: bodyOf(request) });
      await response.bytes();
      assertEquals(response.status, expect.status, id);
      for (const name of expect.headers ?? []) assert(response.headers.has(name), `${id} lacks ${name}`);
    }
    assertEquals(rig.intake.received, []);
  },
});

async function readCases(): Promise<readonly Case[]> {
  const corpus = Deno.env.get("CORPUS") ?? new URL("../../../../shared/corpus", import.meta.url).pathname;
  try {
    const { cases } = JSON.parse(await Deno.readTextFile(`${corpus}/cases/dev/hl7_over_http.json`));
    return cases;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.warn("SKIP: ../shared/corpus not found");
    return [];
  }
}

function bodyOf({ body, bodyHex }: Case["request"]): Uint8Array<ArrayBuffer> {
  return bodyHex === undefined ? new TextEncoder().encode(body) : Uint8Array.fromHex(bodyHex);
}

function fits(status: number, wanted: string | number): boolean {
  return typeof wanted === "number" ? status === wanted : String(status).startsWith(wanted[0]);
}

function hl7Reply({ bytes }: Delivery): Reply {
  if (!new TextDecoder("latin1").decode(bytes).startsWith("MSH|")) {
    const fault = {
      blame: "sender",
      retry: "never",
      says: "Cannot read message: it does not begin with MSH",
    } as const;
    return {
      outcome: { kind: "rejected", error: new MitralError("TEST_MESSAGE_FOREIGN", fault) },
      answer: null,
    };
  }
  const answer = new TextEncoder().encode("MSH|^~\\&|C|D|A|B|20240101||ACK|1|P|2.5\rMSA|AA|1\r");
  return {
    outcome: { kind: "accepted" },
    answer: { bytes: answer, contentType: `${HL7[0]}; charset=utf-8` },
  };
}
