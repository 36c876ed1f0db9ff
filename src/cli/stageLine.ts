import { duration, ProgressLine } from "./console.ts";

/** A progress line for one stage of the work after the other, with its rate and the time it has left. */
export class StageLine {
  #stage = "";
  #line: ProgressLine | undefined;
  #began = 0;

  update(stage: string, done: number, total: number): void {
    if (stage !== this.#stage) {
      this.end();
      this.#stage = stage;
      this.#line = new ProgressLine(stage.padEnd(15));
      this.#began = performance.now();
    }
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = done / seconds;
    const left =
      done > 0 && seconds > 0.5 ? `${Math.round(rate)}/s  ${duration((total - done) / rate)} left` : "";
    this.#line?.update(done, total, left);
  }

  end(): void {
    this.#line?.end();
    this.#line = undefined;
    this.#stage = "";
  }
}
