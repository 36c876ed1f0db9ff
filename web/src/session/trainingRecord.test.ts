import type { TrainingStatus } from "kindred/workspace";
import { describe, expect, it } from "vitest";
import {
  batchMessage,
  epochMessage,
  mapMessage,
  sampleMessage,
  stepMessage,
} from "../backend/fakeTraining.fixture.ts";
import { freshRecord, type TrainingEvent, type TrainingRecord, withEvent } from "./trainingRecord.ts";

const status = (phase: TrainingStatus["phase"]): TrainingEvent => ({
  head: { type: "status", training: { phase, request: null, reason: null } },
  arrays: {},
});
const after = (...events: TrainingEvent[]): TrainingRecord =>
  events.reduce(withEvent, freshRecord({ phase: "idle", request: null, reason: null }));

describe("withEvent", () => {
  it("keeps all of one training", () => {
    const map = mapMessage(0.5);
    const record = after(
      status("preparing"),
      status("running"),
      sampleMessage(),
      mapMessage(0),
      stepMessage(0.5),
      map,
      batchMessage(0.5),
      epochMessage(1),
      status("paused"),
    );
    expect(record.training.phase).toBe("paused");
    expect(record.sample?.labels).toHaveLength(record.sample!.count);
    expect(record.maps).toHaveLength(2);
    expect(record.maps[1]!.positions).toBe(map.arrays.positions);
    expect(record.steps).toEqual([stepMessage(0.5).head]);
    expect(record.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    expect(record.batch?.similarity).toHaveLength(2 * record.batch!.head.count);
  });

  it("begins anew when another training is prepared, not when that is said twice", () => {
    const before = [status("preparing"), sampleMessage(), mapMessage(0), stepMessage(0.1), epochMessage(1)];
    const again = after(...before, status("done"), status("preparing"));
    expect(again).toEqual(freshRecord(again.training));
    expect(after(...before, status("preparing")).steps).toHaveLength(1);
  });

  it("goes on where a paused training is prepared again", () => {
    const before = [status("preparing"), status("running"), sampleMessage(), mapMessage(0), stepMessage(0.1)];
    const resumed = after(...before, status("paused"), status("preparing"), sampleMessage(), mapMessage(0.1));
    expect(resumed.maps).toHaveLength(2);
    expect(resumed.steps).toHaveLength(1);
  });

  it("tells again from where a training goes on that lost what came after", () => {
    const before = [0.1, 0.2, 0.3].flatMap((part) => [mapMessage(part), stepMessage(part)]);
    const { steps, maps } = after(...before, mapMessage(0.2), stepMessage(0.2));
    const told = after(mapMessage(0.1), stepMessage(0.1), stepMessage(0.2)).steps.map(({ step }) => step);
    expect(steps.map(({ step }) => step)).toEqual(told);
    expect(maps.map(({ step }) => step)).toEqual(told);
  });

  it("keeps an epoch told of twice once", () => {
    const record = after(epochMessage(1), epochMessage(2), epochMessage(2), epochMessage(3));
    expect(record.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  it("lets go of maps of another sample", () => {
    const { head, arrays } = sampleMessage();
    const pixels = new Uint8Array(arrays.pixels!.length);
    const other = { head, arrays: { ...arrays, pixels } } as TrainingEvent;
    expect(after(sampleMessage(), mapMessage(0), other).maps).toEqual([]);
  });

  it("says in one line what an event lacks", () => {
    const broken: TrainingEvent = { head: mapMessage(0).head, arrays: {} } as TrainingEvent;
    expect(() => after(broken)).toThrow("the message map has no float32 array positions");
  });
});
