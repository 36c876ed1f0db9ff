import {
  adam,
  cosinePairLoss,
  lessonEncoder,
  pairTask,
  type Runtime,
  splitDatasets,
  stepLR,
  Trainer,
} from "../src/index.ts";
import { loadDataset } from "../src/node.ts";

/** The lesson's training on MNIST, as `kindred train` sets it up, ready to be driven for as long as wanted. */
export async function lessonTrainer(runtime: Runtime, batchSize: number): Promise<Trainer> {
  return Trainer.create({
    runtime,
    task: pairTask(lessonEncoder(), cosinePairLoss),
    ...splitDatasets(await loadDataset("mnist"), 0),
    optimizer: adam(),
    schedule: stepLR({ learningRate: 0.005, stepSize: 7, gamma: 0.3 }),
    epochs: 100,
    batchSize,
    seed: 1,
  });
}
