import { expect, it } from "vitest";
import { epochMessage } from "../backend/fakeTraining.fixture.ts";
import { curvesOf } from "./curves.ts";

const first = epochMessage(1).head.metrics;
const second = { ...epochMessage(2).head.metrics, valLoss: null, knn1: null };

it("draws the training that is watched over its epochs, what is null left out", () => {
  const curves = curvesOf({
    steps: [
      { epoch: 0.5, epochs: 4, loss: 3 },
      { epoch: 2, epochs: 4, loss: 1 },
    ],
    maps: [{ epoch: 1, knn1: 0.9 }],
    epochs: [first, second],
    run: null,
  });
  expect(curves.epochs).toBe(4);
  expect(curves.loss).toEqual([
    { x: 0.5, y: 3 },
    { x: 2, y: 1 },
  ]);
  expect(curves.knn).toEqual([{ x: 1, y: 0.9 }]);
  expect(curves.validationLoss).toEqual([{ x: 1, y: first.valLoss }]);
  expect(curves.validationKnn).toEqual([{ x: 1, y: first.knn1 }]);
});

it("draws how often modalities find each other, of a run of several", () => {
  const run = { epochs: 2, metrics: [{ ...second, recallAt1: 0.5 }] };
  const curves = curvesOf({ steps: [], maps: [], epochs: [], run });
  expect(curves.recall).toEqual([{ x: 2, y: 0.5 }]);
  expect(curves.about).toContain("nearest of the other modality");
  const ofPictures = { epochs: 2, metrics: [first] };
  expect(curvesOf({ steps: [], maps: [], epochs: [], run: ofPictures })).toMatchObject({
    recall: [],
    knn: [{ x: 1, y: first.knn1 }],
  });
});

it("has an axis before there is anything", () => {
  expect(curvesOf({ steps: [], maps: [], epochs: [], run: null })).toMatchObject({
    epochs: 1,
    loss: [],
    knn: [],
  });
});
