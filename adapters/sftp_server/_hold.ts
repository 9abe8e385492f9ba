/** What can be kept from flowing. */
interface Flow {
  pause(): unknown;
  resume(): unknown;
}

/** Keeps a stream from being read for as long as somebody wants that. */
export class Hold {
  readonly #flow: Flow;
  #holders = 0;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Until the returned function is called; calling it again does nothing. */
  take(): () => void {
    if (this.#holders++ === 0) this.#flow.pause();
    let isHeld = true;
    return () => {
      if (isHeld && --this.#holders === 0) this.#flow.resume();
      isHeld = false;
    };
  }
}
