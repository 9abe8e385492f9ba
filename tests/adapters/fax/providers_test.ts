import { assertEquals } from "@std/assert";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createHash } from "node:crypto";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { basic, multipart, open, PDF, refusal, TIFF } from "./_fax_rig.ts";

const login = { user: "fax", password: [secretOf("correct horse")] };
const authorization = basic("fax", "correct horse");
const json = { "content-type": "application/json", authorization };

const sinchFax = {
  id: "01F3J0G1M4WQR6HGY6HCF6JA0K",
  direction: "INBOUND",
  from: "+12175550142",
  to: "+12175550100",
  numberOfPages: 2,
  status: "COMPLETED",
  completedTime: "2026-01-09T12:01:00Z",
};
const sinchArrival = {
  provider: "main",
  faxId: "01F3J0G1M4WQR6HGY6HCF6JA0K",
  from: "+12175550142",
  to: "+12175550100",
  receivedAtMs: Date.UTC(2026, 0, 9, 12, 1),
  pages: 2,
};

Deno.test("fax takes what Sinch posts as a form", async () => {
  await using rig = await open({ main: { kind: "sinch", login } });
  const { headers, body } = multipart(
    [["event", "INCOMING_FAX"], ["eventTime", "2026-01-09T12:01:01Z"], ["fax", JSON.stringify(sinchFax)]],
    [["file", PDF]],
  );
  assertEquals((await rig.post("main", { ...headers, authorization }, body)).status, 200);
  assertEquals(rig.intake.received[0].bytes, PDF);
  assertEquals(rig.intake.received[0].contentType?.split(";")[0], "application/pdf");
  assertEquals(rig.arrival(), sinchArrival);
});

Deno.test("fax takes what Sinch posts as JSON, and knows a TIFF by its first bytes", async () => {
  await using rig = await open({ main: { kind: "sinch", login } });
  const event = { event: "INCOMING_FAX", fax: sinchFax, file: TIFF.toBase64(), fileType: "PDF" };
  assertEquals((await rig.post("main", json, JSON.stringify(event))).status, 200);
  assertEquals(rig.intake.received[0].bytes, TIFF);
  assertEquals(rig.intake.received[0].contentType?.split(";")[0], "image/tiff");
  assertEquals(rig.arrival(), sinchArrival);
});

Deno.test("fax fetches what Sinch leaves out, from the account's project alone", async () => {
  const api = { user: "key-id", secret: secretOf("key-secret"), project: "p-1" };
  await using rig = await open({ main: { kind: "sinch", login, api } }, { fetch: () => new Response(PDF) });
  const event = { event: "INCOMING_FAX", fax: { ...sinchFax, projectId: "other" } };
  assertEquals((await rig.post("main", json, JSON.stringify(event))).status, 200);
  assertEquals(rig.asked[0].url, `https://fax.api.sinch.com/v3/projects/p-1/faxes/${sinchFax.id}/file`);
  assertEquals(rig.asked[0].headers.get("authorization"), basic("key-id", "key-secret"));
  assertEquals(rig.intake.received[0].bytes, PDF);
});

Deno.test("fax answers 200 to what Sinch tells of other faxes, and takes nothing", async () => {
  await using rig = await open({ main: { kind: "sinch", login } });
  for (
    const event of [
      { event: "FAX_COMPLETED", fax: { ...sinchFax, direction: "OUTBOUND" }, file: PDF.toBase64() },
      { event: "SOMETHING_NEW", fax: sinchFax },
      { event: "INCOMING_FAX", fax: { ...sinchFax, status: "FAILURE" } },
    ]
  ) assertEquals((await rig.post("main", json, JSON.stringify(event))).status, 200);
  assertEquals(rig.intake.received.length, 0);
  assertEquals(
    rig.reports.events.filter(({ name }) => name === "noticePassedOver").map(({ facts }) => facts?.reason),
    ["sent", "other", "failed"],
  );
});

const phaxioUrl = "https://gw.example/fax/phaxio?site=1";
const phaxioAccount = {
  kind: "phaxio",
  token: [secretOf("0ld"), secretOf("webhook-token")],
  url: phaxioUrl,
} as const;
const phaxioFields = [
  ["success", "true"],
  ["is_test", "false"],
  ["direction", "received"],
  [
    "fax",
    '{"id":98765,"direction":"received","num_pages":3,"status":"success","from_number":"+12175550142","to_number":"+12175550100","completed_at":"2026-01-09T06:00:00.000-06:00"}',
  ],
] as const;

/** As Phaxio documents it, step by step, and apart from what is tested. */
function phaxioSignature(
  fields: readonly (readonly [string, string])[],
  file: Uint8Array,
  token = "webhook-token",
) {
  const sorted = fields.toSorted(([one], [other]) => one.localeCompare(other));
  const text = `${phaxioUrl}${sorted.map(([name, value]) => name + value).join("")}file${
    createHash("sha1").update(file).digest("hex")
  }`;
  return createHmac("sha1", token).update(text).digest("hex");
}

Deno.test("fax takes what Phaxio posts with its signature", async () => {
  await using rig = await open({ phaxio: phaxioAccount });
  const { headers, body } = multipart(phaxioFields, [["file", PDF]]);
  const signature = phaxioSignature(phaxioFields, PDF);
  assertEquals((await rig.post("phaxio", { ...headers, "x-phaxio-signature": signature }, body)).status, 200);
  assertEquals(rig.intake.received[0].bytes, PDF);
  assertEquals(rig.arrival(), {
    provider: "phaxio",
    faxId: "98765",
    from: "+12175550142",
    to: "+12175550100",
    receivedAtMs: Date.UTC(2026, 0, 9, 12),
    pages: 3,
  });
});

Deno.test("fax refuses a Phaxio request whose signature is for other bytes, another URL or key, or is not there", async () => {
  await using rig = await open({
    phaxio: phaxioAccount,
    other: { ...phaxioAccount, url: "https://gw.example/fax/other" },
  });
  const { headers, body } = multipart(phaxioFields, [["file", TIFF]]);
  const right = phaxioSignature(phaxioFields, TIFF);
  for (
    const signature of [
      phaxioSignature(phaxioFields, PDF),
      phaxioSignature(phaxioFields, TIFF, "guess"),
      "",
      right.slice(1),
    ]
  ) {
    assertEquals(
      await refusal(await rig.post("phaxio", { ...headers, "x-phaxio-signature": signature }, body)),
      [401, "FAX_SIGN_IN_WRONG"],
    );
  }
  assertEquals(await refusal(await rig.post("other", { ...headers, "x-phaxio-signature": right }, body)), [
    401,
    "FAX_SIGN_IN_WRONG",
  ]);
  assertEquals(await refusal(await rig.post("phaxio", headers, body)), [401, "FAX_SIGN_IN_MISSING"]);
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("fax takes no test of Phaxio's, and no fax that was sent", async () => {
  await using rig = await open({ phaxio: phaxioAccount });
  for (const [name, value] of [["is_test", "true"], ["direction", "sent"]] as const) {
    const fields = phaxioFields.map((field) => field[0] === name ? [name, value] as const : field);
    const { headers, body } = multipart(fields, [["file", PDF]]);
    const signed = { ...headers, "x-phaxio-signature": phaxioSignature(fields, PDF) };
    assertEquals((await rig.post("phaxio", signed, body)).status, 200);
  }
  assertEquals(rig.intake.received.length, 0);
});

const documoFax = {
  messageId: "e0e72262-bf92-47ed-a78c-69547479cad8",
  status: "success",
  pagesCount: 5,
  faxNumber: "+12175550142",
  faxCsid: "HARBOUR CLINIC",
  direction: "inbound",
  isFilePurged: false,
  errorInfo: "",
  resolvedDate: "2026-01-09T12:01:00.000Z",
};
const documoArrival = {
  provider: "main",
  faxId: documoFax.messageId,
  from: "+12175550142",
  subscriber: "HARBOUR CLINIC",
  receivedAtMs: Date.UTC(2026, 0, 9, 12, 1),
  pages: 5,
};

Deno.test("fax fetches what Documo tells of", async () => {
  const api = { secret: secretOf("api-key") };
  await using rig = await open({ main: { kind: "documo", login, api } }, { fetch: () => new Response(PDF) });
  const headers = { ...json, "x-webhook-event": "fax.v1.inbound.complete" };
  assertEquals((await rig.post("main", headers, JSON.stringify(documoFax))).status, 200);
  assertEquals(rig.asked.map(({ url, headers }) => [url, headers.get("authorization")]), [
    [`https://api.documo.com/v1/fax/${documoFax.messageId}/download?format=pdf`, "Basic api-key"],
  ]);
  assertEquals(rig.arrival(), documoArrival);
});

Deno.test("fax takes what Documo posts as a form, of the older kind", async () => {
  await using rig = await open({ main: { kind: "documo", login } });
  const { headers, body } = multipart([["data", JSON.stringify(documoFax)]], [["attachment", PDF]]);
  assertEquals((await rig.post("main", { ...headers, authorization }, body)).status, 200);
  assertEquals(rig.intake.received[0].bytes, PDF);
  assertEquals(rig.arrival(), documoArrival);
});

Deno.test("fax passes over what Documo tells of faxes without a document", async () => {
  await using rig = await open({ main: { kind: "documo", login } });
  const tell = (event: string, fax: object) =>
    rig.post("main", { ...json, "x-webhook-event": event }, JSON.stringify({ ...documoFax, ...fax }));
  for (
    const response of [
      await tell("fax.v1.inbound.complete", { status: "failed" }),
      await tell("fax.v1.inbound.failed", {}),
      await tell("fax.v1.outbound.complete", { direction: "outbound" }),
      await tell("fax.v1.number.add", { direction: undefined }),
    ]
  ) assertEquals(response.status, 200);
  assertEquals(rig.asked.length, 0);
});

const interfaxForm = new URLSearchParams({
  TransactionIDType: "Inbound",
  TransactionID: "292112264",
  PhoneNumber: "+12175550100",
  CallerID: "+12175550142",
  RemoteCSID: "HARBOUR CLINIC",
  Pages: "4",
  ReceiveTime: "09/01/2026 12:01:00",
  MessageStatus: "0",
});
const interfaxApi = { user: "hospital", secret: secretOf("interfax-password") };

Deno.test("fax fetches what InterFAX tells of", async () => {
  await using rig = await open({ main: { kind: "interfax", login, api: interfaxApi } }, {
    fetch: () => new Response(TIFF),
  });
  assertEquals((await rig.post("main", { authorization }, interfaxForm)).status, 200);
  assertEquals(rig.asked.map(({ url, headers }) => [url, headers.get("authorization")]), [
    ["https://rest.interfax.net/inbound/faxes/292112264/image", basic("hospital", "interfax-password")],
  ]);
  assertEquals(rig.arrival(), {
    provider: "main",
    faxId: "292112264",
    from: "+12175550142",
    to: "+12175550100",
    receivedAtMs: Date.UTC(2026, 0, 9, 12, 1),
    pages: 4,
    subscriber: "HARBOUR CLINIC",
  });
});

Deno.test("fax believes nothing but the id of an InterFAX request that proves nothing", async () => {
  await using rig = await open({ main: { kind: "interfax", api: interfaxApi } }, {
    fetch: () => new Response(TIFF),
  });
  assertEquals((await rig.post("main", {}, interfaxForm)).status, 200);
  assertEquals(rig.arrival(), { provider: "main", faxId: "292112264" });
  const led = new URLSearchParams({ TransactionIDType: "Inbound", TransactionID: "../outbound/faxes/1" });
  assertEquals(await refusal(await rig.post("main", {}, led)), [400, "FAX_REQUEST_UNREADABLE"]);
  assertEquals(rig.asked.length, 1);
});

const telnyxKeys = generateKeyPairSync("ed25519");
const telnyxKey = Uint8Array.fromBase64(`${telnyxKeys.publicKey.export({ format: "jwk" }).x}`, {
  alphabet: "base64url",
}).toBase64();
const media = "https://s3.amazonaws.com/faxes-prod/19a75cea/f72eebbe.pdf?X-Amz-Expires=600";
const telnyxEvent = (payload: object = {}, type = "fax.received") =>
  JSON.stringify({
    data: {
      event_type: type,
      id: "4844b70c-3c6c-4c3a-ba2e-e4c785f02d24",
      occurred_at: "2026-01-09T12:01:00.000000Z",
      payload: {
        direction: "inbound",
        fax_id: "f72eebbe-f9b6-4f0f-b652-03e742e110d5",
        from: "+12175550142",
        to: "+12175550100",
        media_url: media,
        page_count: 2,
        partial_content: false,
        status: "received",
        ...payload,
      },
      record_type: "event",
    },
    meta: { attempt: 1 },
  });

function telnyxSigned(body: string, atMs: number, signed = body) {
  const timestamp = `${Math.floor(atMs / 1000)}`;
  const signature = sign(null, new TextEncoder().encode(`${timestamp}|${signed}`), telnyxKeys.privateKey)
    .toString("base64");
  return {
    "content-type": "application/json",
    "telnyx-timestamp": timestamp,
    "telnyx-signature-ed25519": signature,
  };
}

Deno.test("fax fetches what Telnyx signs, from the provider's store", async () => {
  const clock = new FakeClock();
  await using rig = await open({ main: { kind: "telnyx", publicKey: [telnyxKey] } }, {
    clock,
    fetch: () => new Response(PDF),
  });
  const body = telnyxEvent();
  assertEquals((await rig.post("main", telnyxSigned(body, clock.nowMs()), body)).status, 200);
  assertEquals(rig.asked.map(({ url, headers }) => [url, headers.get("authorization")]), [[media, null]]);
  assertEquals(rig.arrival(), {
    provider: "main",
    faxId: "f72eebbe-f9b6-4f0f-b652-03e742e110d5",
    from: "+12175550142",
    to: "+12175550100",
    receivedAtMs: Date.UTC(2026, 0, 9, 12, 1),
    pages: 2,
  });
});

Deno.test("fax refuses a Telnyx request that was changed, is old, is from the future, or is not signed", async () => {
  const clock = new FakeClock();
  await using rig = await open({ main: { kind: "telnyx", publicKey: [telnyxKey] } }, { clock });
  const body = telnyxEvent(), nowMs = clock.nowMs();
  const code = async (headers: Record<string, string>) =>
    (await refusal(await rig.post("main", headers, body)))[1];
  assertEquals(await code(telnyxSigned(body, nowMs, body + " ")), "FAX_SIGN_IN_WRONG");
  assertEquals(await code({ ...telnyxSigned(body, nowMs), "telnyx-timestamp": "1" }), "FAX_SIGN_IN_WRONG");
  assertEquals(
    await code({ ...telnyxSigned(body, nowMs), "telnyx-signature-ed25519": "no" }),
    "FAX_SIGN_IN_WRONG",
  );
  assertEquals(await code(telnyxSigned(body, nowMs - 302_000)), "FAX_SIGNATURE_OLD");
  assertEquals(await code(telnyxSigned(body, nowMs + 302_000)), "FAX_SIGNATURE_OLD");
  assertEquals(await code({ "content-type": "application/json" }), "FAX_SIGN_IN_MISSING");
  assertEquals(rig.asked.length, 0);
});

Deno.test("fax passes over what Telnyx tells before a fax is there, and of faxes sent", async () => {
  const clock = new FakeClock();
  await using rig = await open({ main: { kind: "telnyx", publicKey: [telnyxKey] } }, { clock });
  for (
    const body of [
      telnyxEvent({}, "fax.media.processing.started"),
      telnyxEvent({ direction: "outbound" }, "fax.delivered"),
    ]
  ) {
    assertEquals((await rig.post("main", telnyxSigned(body, clock.nowMs()), body)).status, 200);
  }
  assertEquals(rig.asked.length, 0);
});

const efaxXml = (password = "correct horse", type = "New Inbound") =>
  `<?xml version="1.0"?>
<InboundPostRequest>
  <AccessControl><UserName>fax</UserName><Password>${password}</Password></AccessControl>
  <RequestControl><RequestDate>01/09/2026 12:01:11</RequestDate><RequestType>${type}</RequestType></RequestControl>
  <FaxControl>
    <AccountID>2175550100</AccountID><DateReceived>01/09/2026 12:01:00</DateReceived><FaxName>48794686</FaxName>
    <FileType>pdf</FileType><PageCount>1</PageCount><CSID>HARBOUR &amp; SON</CSID><ANI>217-555-0142</ANI>
    <Status>0</Status><MCFID>59985697</MCFID>
    <FileContents>\n${PDF.toBase64().replace(/.{20}/g, "$&\n")}\n</FileContents>
  </FaxControl>
</InboundPostRequest>`;

Deno.test("fax takes what eFax Developer posts, as XML and as a form, and says that the post was successful", async () => {
  await using rig = await open({ main: { kind: "efax", login } });
  const bare = await rig.post("main", { "content-type": "text/xml" }, efaxXml());
  assertEquals([bare.status, await bare.text()], [200, "Post Successful"]);
  const form = await rig.post("main", {}, new URLSearchParams({ xml: efaxXml() }));
  assertEquals([form.status, await form.text()], [200, "Post Successful"]);
  assertEquals(rig.intake.received.map(({ bytes }) => bytes), [PDF, PDF]);
  assertEquals(rig.intake.received[0].key, rig.intake.received[1].key);
  assertEquals(rig.arrival(), {
    provider: "main",
    faxId: "59985697",
    from: "217-555-0142",
    to: "2175550100",
    subscriber: "HARBOUR & SON",
    pages: 1,
  });
});

Deno.test("fax refuses eFax XML with another password, and what is none", async () => {
  await using rig = await open({ main: { kind: "efax", login } });
  const post = async (body: string) =>
    await refusal(await rig.post("main", { "content-type": "text/xml" }, body));
  assertEquals(await post(efaxXml("guess")), [401, "FAX_SIGN_IN_WRONG"]);
  assertEquals(await post("<InboundPostRequest/>"), [401, "FAX_SIGN_IN_MISSING"]);
  assertEquals(await post('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), [400, "FAX_REQUEST_UNREADABLE"]);
  assertEquals(await post(efaxXml().slice(0, 400)), [400, "FAX_REQUEST_UNREADABLE"]);
  assertEquals(await post(efaxXml("correct horse", "User Update")), [200, ""]);
  assertEquals(rig.intake.received.length, 0);
});
