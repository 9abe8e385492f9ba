import type { By } from "../journal/acts.ts";
import type { HeldMessages } from "../journal/holds.ts";
import type { OperatedGateway } from "./gateway_api.ts";
import type { Interventions } from "./interventions.ts";

/** A gateway as people act on it. */
export abstract class Operated implements OperatedGateway {
  /** Does what they ask for. */
  protected abstract get acts(): Interventions;

  get reports() {
    return this.acts.reports;
  }

  get patients() {
    return this.acts.patients;
  }

  replay(id: string, options?: Parameters<OperatedGateway["replay"]>[1]) {
    return this.acts.replay(id, options);
  }

  replayAll(...asked: Parameters<OperatedGateway["replayAll"]>) {
    return this.acts.replayAll(...asked);
  }

  correct(...asked: Parameters<OperatedGateway["correct"]>) {
    return this.acts.correct(...asked);
  }

  noteSeen(...asked: Parameters<OperatedGateway["noteSeen"]>) {
    return this.acts.noteSeen(...asked);
  }

  release(id: string, options?: Parameters<OperatedGateway["release"]>[1]) {
    return this.acts.release(id, options);
  }

  cancel(id: string, options?: Parameters<OperatedGateway["cancel"]>[1]) {
    return this.acts.cancel(id, options);
  }

  closeBatch(channel: string, destination?: string, by?: By) {
    return this.acts.closeBatch(channel, destination, by);
  }

  pause(channel: string, destination: string, by?: By) {
    return this.acts.pause(channel, destination, by);
  }

  resume(channel: string, destination: string, by?: By) {
    return this.acts.resume(channel, destination, by);
  }

  skip(channel: string, destination: string, by?: By) {
    return this.acts.skip(channel, destination, by);
  }

  divert(channel: string, from: string, to: string | null, by?: By) {
    return this.acts.divert(channel, from, to, by);
  }

  reckon(partner: string) {
    return this.acts.reckon(partner);
  }

  reckoned(partner: string) {
    return this.acts.reckoned(partner);
  }

  accountsOf(partner: string, day: string) {
    return this.acts.accountsOf(partner, day);
  }

  releaseSenders(...asked: Parameters<OperatedGateway["releaseSenders"]>) {
    return this.acts.releaseSenders(...asked);
  }

  placeHold(name: string, what?: HeldMessages, by?: By) {
    return this.acts.placeHold(name, what, by);
  }

  liftHold(name: string, by?: By) {
    return this.acts.liftHold(name, by);
  }
}
