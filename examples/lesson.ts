import { adam, cosinePairLoss, lessonEncoder, pairTask, splitDatasets, stepLR, train } from "kindred";
import { loadDataset, nodeRuntime } from "kindred/node";

const digits = await loadDataset("mnist", { limit: 6_000 }); // or a CSV, or a folder of IDX files
const runtime = await nodeRuntime(); // CUDA where it works, else the CPU
const { history } = await train({
  runtime,
  ...splitDatasets(digits, 1_000), // the last 1,000 are not trained on
  task: pairTask(lessonEncoder(), cosinePairLoss), // pairs are drawn anew each epoch
  optimizer: adam(),
  schedule: stepLR({ learningRate: 0.001, stepSize: 7, gamma: 0.3 }), // 0.005 for all 42,000
  epochs: 2,
});
await runtime.dispose();
console.log(`1-NN accuracy on validation: ${history.at(-1)?.knn1}`);
