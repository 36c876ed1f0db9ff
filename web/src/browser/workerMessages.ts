import type { EventHead, Hello, Message, SpaceMessage, TrainRequest } from "kindred/workspace";

/** What the page asks of its worker. */
export type Question =
  | { readonly type: "hello" }
  | { readonly type: "start"; readonly request: TrainRequest }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "stop" }
  | { readonly type: "space"; readonly checkpoint: number | null }
  | { readonly type: "embeddings"; readonly checkpoint: number | null }
  | { readonly type: "hardPairs"; readonly checkpoint: number | null }
  | { readonly type: "recording" }
  | { readonly type: "moments" }
  | { readonly type: "previews"; readonly rows: Uint32Array }
  | { readonly type: "encoder"; readonly checkpoint: number | null }
  | { readonly type: "checkpoint" };

/** What a question is answered with, by its type. */
export interface Answers {
  readonly hello: Hello;
  readonly start: null;
  readonly pause: null;
  readonly resume: null;
  readonly stop: null;
  readonly space: null;
  readonly embeddings: Message;
  readonly hardPairs: Message;
  readonly recording: Message;
  readonly moments: Message;
  readonly previews: Message;
  readonly encoder: Uint8Array<ArrayBuffer>;
  readonly checkpoint: Uint8Array<ArrayBuffer>;
}

/** From the page: a question, or that its answer is no longer wanted. */
export type ToWorker =
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  | { readonly type: "abort"; readonly id: number };

/** From the worker: answers, parts of answers, and what happens unasked. */
export type FromWorker =
  | { readonly type: "answer"; readonly id: number; readonly value: Answers[keyof Answers] }
  /** `reason` is one line. */
  | { readonly type: "refusal"; readonly id: number; readonly reason: string; readonly aborted: boolean }
  | { readonly type: "part"; readonly id: number; readonly message: SpaceMessage }
  | { readonly type: "event"; readonly head: EventHead; readonly arrays: Message["arrays"] }
  /** `hello` would be answered otherwise now. */
  | { readonly type: "changed" }
  /** The worker cannot go on. */
  | { readonly type: "broken"; readonly reason: string };

/** Where the site's data sets are, for the worker, whose own address is deeper. */
export interface WorkerName {
  readonly site: string;
}
