import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { measure } from "../../../runtime/telemetry/metrics.ts";
import { CANARY, channelState, everyEvent, ProbeGateway } from "./_probe_gateway.ts";

const memoryUse = () => ({ residentBytes: 120, heapBytes: 60 });

/** Series by name and labels. */
function series(text: string): Readonly<Record<string, number>> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((
      line,
    ) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

Deno.test("metrics count every event under its place and tell no content", async () => {
  const gateway = new ProbeGateway();
  const metrics = measure(gateway, memoryUse);
  gateway.report(...everyEvent(), ...everyEvent());
  const text = await metrics.render();
  assert(!text.includes(CANARY), text);
  const found = series(text);
  const ehr = 'channel="lab",destination="ehr"';
  const expected = {
    'mitral_messages_received_total{channel="lab"}': 2,
    'mitral_received_bytes_total{channel="lab"}': 2_000,
    'mitral_messages_repeated_total{channel="lab"}': 2,
    'mitral_messages_resembled_total{channel="lab",how="late"}': 2,
    'mitral_message_flaws_total{channel="lab",rule="field_missing"}': 4,
    'mitral_message_flaws_total{channel="lab",rule="value_too_long"}': 2,
    'mitral_messages_filtered_total{channel="lab",destination=""}': 2,
    'mitral_messages_quarantined_total{channel="lab",destination="",code="MLLP_PEER_SILENT"}': 2,
    [`mitral_messages_replayed_total{${ehr}}`]: 2,
    [`mitral_messages_cancelled_total{${ehr}}`]: 2,
    [`mitral_circuit_openings_total{${ehr},code="MLLP_PEER_SILENT"}`]: 2,
    [`mitral_path_failures_total{${ehr},path="mllp-1",code="MLLP_PEER_SILENT"}`]: 2,
    [`mitral_delivery_failures_total{${ehr},code="MLLP_PEER_SILENT"}`]: 2,
    [`mitral_stage_crashes_total{${ehr},stage="send"}`]: 2,
    [`mitral_line_restarts_total{${ehr}}`]: 2,
    [`mitral_line_halts_total{${ehr},code="MLLP_PEER_SILENT"}`]: 2,
    'mitral_intake_closures_total{channel="lab"}': 2,
    'mitral_transport_events_total{channel="lab",destination="",event="connectionClosed"}': 2,
    'mitral_transport_refusals_total{channel="lab",destination="",code="MLLP_FRAME_LATE"}': 2,
    mitral_journal_operations_total: 24,
    'mitral_journal_failures_total{code="MLLP_PEER_SILENT"}': 2,
    'mitral_answer_seconds_count{channel="lab",outcome="accepted"}': 2,
    'mitral_process_seconds_sum{channel="lab"}': 0.008,
    [`mitral_delivery_seconds_bucket{${ehr},le="0.025"}`]: 0,
    [`mitral_delivery_seconds_bucket{${ehr},le="0.05"}`]: 2,
    [`mitral_delivery_seconds_bucket{${ehr},le="+Inf"}`]: 2,
    [`mitral_attempt_seconds_bucket{${ehr},le="0.005"}`]: 2,
    [`mitral_stage_seconds_bucket{${ehr},stage="send",le="0.000025"}`]: 2,
    mitral_journal_commit_seconds_count: 2,
  };
  for (const [name, value] of Object.entries(expected)) assertEquals(found[name], value, name);
  metrics.stop();
});

Deno.test("metrics show how much waits and for how long, and leave out what nobody can tell", async () => {
  const gateway = new ProbeGateway();
  const metrics = measure(gateway);
  const found = series(await metrics.render());
  const work = 'channel="lab",destination=""', ehr = 'channel="lab",destination="ehr"';
  const expected = {
    'mitral_unanswered_age_seconds{channel="lab"}': 1.5,
    [`mitral_queue_age_seconds{${work}}`]: 2,
    [`mitral_queue_age_seconds{${ehr}}`]: 180,
    [`mitral_gathering_messages{${ehr}}`]: 40,
    [`mitral_gathering_age_seconds{${ehr}}`]: 3_600,
    [`mitral_quarantine_messages{${work}}`]: 0,
    [`mitral_quarantine_age_seconds{${work}}`]: undefined,
    [`mitral_quarantine_messages{${ehr}}`]: 2,
    [`mitral_quarantine_age_seconds{${ehr}}`]: 86_400,
    [`mitral_holding_messages{${work}}`]: undefined,
    [`mitral_holding_messages{${ehr}}`]: 1,
    mitral_last_commit_time_seconds: 1_700_000_598,
    mitral_journal_pending_bytes_max: 1_000_000,
    mitral_journal_database_bytes: 40_000,
    mitral_journal_log_bytes: 4_000,
    mitral_journal_bodies_bytes: 600_000,
    mitral_disk_free_bytes: 9_000_000,
  };
  for (const [name, value] of Object.entries(expected)) assertEquals(found[name], value, name);
  gateway.storage = {};
  assertEquals(series(await metrics.render()).mitral_disk_free_bytes, undefined);
  metrics.stop();
});

Deno.test("metrics show the snapshot of the moment, and nothing of a channel that is gone", async () => {
  const gateway = new ProbeGateway();
  const metrics = measure(gateway, memoryUse);
  const before = series(await metrics.render());
  const expected = {
    mitral_ready: 1,
    mitral_start_time_seconds: 1_700_000_000,
    'mitral_intake_open{channel="lab"}': 1,
    'mitral_queue_messages{channel="lab",destination=""}': 3,
    'mitral_queue_messages{channel="lab",destination="ehr"}': 5,
    'mitral_line_condition{channel="lab",destination="ehr",condition="running"}': 1,
    'mitral_line_condition{channel="lab",destination="ehr",condition="halted"}': 0,
    'mitral_circuit_open{channel="lab",destination="ehr"}': 0,
    'mitral_path_chosen{channel="lab",destination="ehr",path="mllp-1"}': 0,
    'mitral_path_chosen{channel="lab",destination="ehr",path="mllp-2"}': 1,
    'mitral_path_healthy{channel="lab",destination="ehr",path="mllp-1"}': 0,
    'mitral_path_healthy{channel="lab",destination="ehr",path="mllp-2"}': 1,
    'mitral_destination_paused{channel="lab",destination="ehr"}': 0,
    'mitral_documents_waiting{channel="lab"}': 6,
    'mitral_documents_waiting_age_seconds{channel="lab"}': 7_200,
    'mitral_document_values{template="acme",field="total",became="corrected"}': 2,
    mitral_senders_held: 0,
    'mitral_link_messages{channel="lab",destination="",stage="parse"}': 2,
    mitral_journal_open: 1,
    mitral_journal_pending_messages: 7,
    mitral_journal_pending_bytes: 700,
    mitral_process_resident_bytes: 120,
    mitral_process_heap_bytes: 60,
  };
  for (const [name, value] of Object.entries(expected)) assertEquals(before[name], value, name);
  gateway.channels = [channelState("other", { isOpen: false })];
  gateway.journal = { ...gateway.journal, condition: "failed" };
  const after = await metrics.render();
  assertEquals(series(after)['mitral_intake_open{channel="other"}'], 0);
  assertEquals(series(after).mitral_journal_open, 0);
  assert(!after.includes('channel="lab"'), after);
  metrics.stop();
});

Deno.test("metrics leave the memory of the process out where nobody tells it", async () => {
  const metrics = measure(new ProbeGateway());
  assert(!(await metrics.render()).includes("process_resident"));
  metrics.stop();
});

Deno.test("metrics count no more once stopped", async () => {
  const gateway = new ProbeGateway();
  const metrics = measure(gateway);
  metrics.stop();
  gateway.report(...everyEvent());
  assertEquals(gateway.listeners, 0);
  assertEquals(series(await metrics.render())['mitral_messages_received_total{channel="lab"}'], undefined);
});

Deno.test("metrics escape what a label value may not hold", async () => {
  const gateway = new ProbeGateway();
  gateway.channels = [];
  const metrics = measure(gateway);
  gateway.report({ name: "messageRepeated", atMs: 0, id: "1", channel: 'a"b\\c' });
  assertEquals(series(await metrics.render())['mitral_messages_repeated_total{channel="a\\"b\\\\c"}'], 1);
  metrics.stop();
});

/** Each metric as the text of a scrape describes it. */
async function described(): Promise<
  readonly (readonly [name: string, type: string, labels: string, help: string])[]
> {
  const gateway = new ProbeGateway();
  const metrics = measure(gateway, memoryUse);
  gateway.report(...everyEvent());
  const text = await metrics.render();
  metrics.stop();
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n(?:\S+?\{(.*)\} )?/gm)].map(
    ([, name, help, type, labels = ""]) => {
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label);
      return [name, type, names.filter((label) => label !== "le").join(", "), help];
    },
  );
}

const page = await Deno.readTextFile(new URL("../../../docs/metrics.md", import.meta.url));

Deno.test("docs/metrics.md lists the metrics as they are", async () => {
  const made = (await described()).map(([name, ...rest]) => [`\`${name}\``, ...rest]);
  const listed = page.split("\n").filter((line) => line.startsWith("| `mitral_")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  assertEquals(listed.sort(), made.sort());
});

Deno.test("the alerts of docs/metrics.md ask for metrics and labels that there are", async () => {
  const { groups } = parse(/```yaml\n([^]*?)```/.exec(page)![1]) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
  };
  const rules = groups.flatMap(({ rules }) => rules);
  assert(rules.length > 5);
  const known = new Map(
    (await described()).flatMap(([name, type, labels]) =>
      (type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])
        .map((series) => [series, labels.split(", ")])
    ),
  );
  for (const { alert, expr, annotations: { summary } } of rules) {
    const names: readonly string[] = expr.match(/\bmitral_\w+/g) ?? [];
    assert(names.length > 0, alert);
    for (const name of names) assert(known.has(name), `${alert} asks for ${name}`);
    const asked = [...expr.matchAll(/[{,](\w+)=/g), ...summary.matchAll(/\$labels\.(\w+)/g)];
    for (const [, label] of asked) {
      assert(known.get(names[0])!.includes(label), `${alert} asks for ${label}`);
    }
  }
});
