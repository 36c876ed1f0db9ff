import type { EventHead } from "./protocol.ts";
import { Thinned } from "./thinned.ts";
import { isUnderWay } from "./training/trainingPhase.ts";

const mostSteps = 400;
const mostMaps = 60;

/** What a listener that comes late is told first, see `EventHead`: events in the form in which they are told. */
export class EventLog<Event> {
  #underWay = false;
  readonly #newest = new Map<"status" | "run" | "sample" | "batch", Event>();
  #epochs: Event[] = [];
  #steps = new Thinned<Event>(mostSteps);
  #maps = new Thinned<Event>(mostMaps);

  add(head: EventHead, event: Event): void {
    switch (head.type) {
      case "status":
        // After a pause it is the same training that is prepared.
        if (head.training.phase === "preparing" && !this.#underWay) this.#forgetTraining();
        this.#underWay = isUnderWay(head.training.phase);
        this.#newest.set("status", event);
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
      case "beat":
        break;
      default:
        this.#newest.set(head.type, event);
    }
  }

  told(): Event[] {
    const newest = (type: "status" | "run" | "sample" | "batch"): Event[] => {
      const event = this.#newest.get(type);
      return event === undefined ? [] : [event];
    };
    return [
      ...newest("status"),
      ...newest("run"),
      ...newest("sample"),
      ...this.#epochs,
      ...this.#steps.values(),
      ...this.#maps.values(),
      ...newest("batch"),
    ];
  }

  #forgetTraining(): void {
    this.#newest.delete("sample");
    this.#newest.delete("batch");
    this.#epochs = [];
    this.#steps = new Thinned(mostSteps);
    this.#maps = new Thinned(mostMaps);
  }
}
