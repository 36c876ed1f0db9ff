import { type EventHead, isUnderWay, type Message, Thinned } from "kindred/workspace";

export interface LoggedEvent {
  readonly head: EventHead;
  readonly arrays: Message["arrays"];
}

const mostSteps = 400;
const mostMaps = 60;

/** What a listener that comes late is told first, see `EventHead`. */
export class EventLog {
  #status: LoggedEvent | null = null;
  #run: LoggedEvent | null = null;
  #sample: LoggedEvent | null = null;
  #epochs: LoggedEvent[] = [];
  #steps = new Thinned<LoggedEvent>(mostSteps);
  #maps = new Thinned<LoggedEvent>(mostMaps);
  #batch: LoggedEvent | null = null;

  add(event: LoggedEvent): void {
    switch (event.head.type) {
      case "status":
        if (event.head.training.phase === "preparing" && !goesOn(this.#status)) this.#forgetTraining();
        this.#status = event;
        break;
      case "run":
        this.#run = event;
        break;
      case "sample":
        this.#sample = event;
        break;
      case "epoch":
        this.#epochs.push(event);
        break;
      case "step":
        this.#steps.push(event);
        break;
      case "map":
        this.#maps.push(event);
        break;
      case "batch":
        this.#batch = event;
        break;
      case "beat":
        break;
    }
  }

  told(): LoggedEvent[] {
    return [
      this.#status,
      this.#run,
      this.#sample,
      ...this.#epochs,
      ...this.#steps.values(),
      ...this.#maps.values(),
      this.#batch,
    ].filter((event) => event !== null);
  }

  #forgetTraining(): void {
    this.#sample = null;
    this.#epochs = [];
    this.#steps = new Thinned(mostSteps);
    this.#maps = new Thinned(mostMaps);
    this.#batch = null;
  }
}

/** Whether what is prepared after this status is the same training, as after a pause. */
function goesOn(event: LoggedEvent | null): boolean {
  return event?.head.type === "status" && isUnderWay(event.head.training.phase);
}
