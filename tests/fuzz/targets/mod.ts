import type { Target } from "../target.ts";
import { archiveTarget, globTarget } from "./archives.ts";
import { astmFramesTarget } from "./astm_frames.ts";
import { csvTarget, jsonTarget, textTarget, xmlTarget } from "./documents.ts";
import { ageTarget, envelopeTarget, jweTarget, partnerFileTarget, privateFileTarget } from "./envelopes.ts";
import { faxDirectoryTarget, faxImageTarget, faxStripTarget } from "./fax_images.ts";
import { faxRequestTarget, sidecarTarget } from "./fax_requests.ts";
import { gatewayFileTarget, yamlTarget } from "./gateway_files.ts";
import { httpsHeadersTarget } from "./https_headers.ts";
import { hl7v2PathTarget, hl7v2Target } from "./hl7v2.ts";
import { hl7v2ToolboxTarget } from "./hl7v2_toolbox.ts";
import { codeTableTarget, datePatternTarget, filterTarget, templateTarget } from "./languages.ts";
import { checkpointTarget, ledgerEntryTarget, tlogProofTarget } from "./ledger.ts";
import { mediaTypeTarget } from "./media_types.ts";
import { mllpFramesTarget } from "./mllp_frames.ts";
import { acceptanceTarget, invitationTarget, partnerRecordTarget } from "./partners.ts";
import { relayFramesTarget } from "./relay_frames.ts";
import { knownHostsTarget, sshKeyTarget } from "./ssh_keys.ts";
import { tcpFramesTarget } from "./tcp_frames.ts";

/** Every parser of the project that reads what somebody else wrote. */
export const targets: readonly Target[] = [
  hl7v2Target,
  hl7v2PathTarget,
  hl7v2ToolboxTarget,
  mllpFramesTarget,
  tcpFramesTarget,
  relayFramesTarget,
  astmFramesTarget,
  csvTarget,
  jsonTarget,
  xmlTarget,
  textTarget,
  faxImageTarget,
  faxDirectoryTarget,
  faxStripTarget,
  faxRequestTarget,
  sidecarTarget,
  filterTarget,
  templateTarget,
  codeTableTarget,
  datePatternTarget,
  gatewayFileTarget,
  yamlTarget,
  envelopeTarget,
  jweTarget,
  ageTarget,
  partnerFileTarget,
  invitationTarget,
  acceptanceTarget,
  partnerRecordTarget,
  privateFileTarget,
  mediaTypeTarget,
  httpsHeadersTarget,
  archiveTarget,
  globTarget,
  sshKeyTarget,
  knownHostsTarget,
  checkpointTarget,
  tlogProofTarget,
  ledgerEntryTarget,
];
