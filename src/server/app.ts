import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { readFileOrExplain } from "../platform/node/files/files.ts";
import { decodePicture, fitUpload, PictureFormatError } from "../platform/node/pictures/decode/uploads.ts";
import { readRecording } from "../platform/node/run/recording.ts";
import {
  type EmbeddedHead,
  encodeMessage,
  type FittedHead,
  imageQueryOf,
  type Message,
  momentsMessage,
  mostPictureBytes,
  mostPreviews,
  mostQueryBytes,
  packedFiles,
  previewsMessage,
  recordingMessage,
} from "../workspace/index.ts";
import type { Access } from "./access.ts";
import { guard } from "./guard.ts";
import { checkpointIn, type OpenRun, takesNoPictures } from "./openedRun.ts";
import { checkpointOf, indexQueryOf, modalityOf, rowsOf, trainRequestOf } from "./parameters.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { bodyBytes } from "./requestBody.ts";
import { runFile } from "./runFiles.ts";
import type { Session } from "./session.ts";
import { spaceStream } from "./spaces.ts";

const mostRows = 4 * mostPreviews + 64;

export interface AppOptions {
  readonly session: Pick<Session, "hello" | "run" | "index" | "names" | "spaces" | "training" | "events">;
  readonly access: Access;
  /** Where the built page is. */
  readonly page: string;
  readonly port: () => number;
}

/** The explorer's page and its API, see `src/workspace/backend.ts` and `protocol.ts`. */
export function explorerApp({ session, access, page, port }: AppOptions): Hono {
  const app = new Hono();
  const { spaces, training, events } = session;
  app.use(guard(port));
  app.use(access.middleware());
  app.onError((error) => problemOf(error, session.names));
  app.notFound(() => problemResponse(404, "there is nothing at this address"));

  const api = new Hono();
  api.use(async (context, next) => {
    await next();
    if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
  });
  api.get("/hello", async (context) => context.json(await session.hello()));
  api.get("/events", () => binary(events.listen()));

  api.post("/training", async (context) => {
    training.start(await trainRequestOf(context.req, await session.hello()));
    return accepted(session);
  });
  for (const action of ["pause", "resume", "stop"] as const) {
    api.post(`/training/${action}`, () => {
      training[action]();
      return accepted(session);
    });
  }

  api.get("/space", async ({ req }) => {
    const { run } = session;
    return binary(spaceStream(spaces, run, checkpointIn(run, checkpointOf(req))));
  });
  api.get("/embeddings", async ({ req }) => {
    const { run } = session;
    return message(await spaces.embeddings(run, checkpointIn(run, checkpointOf(req))));
  });
  api.get("/hard-pairs", async ({ req }) => {
    const { run } = session;
    return message(await spaces.hardPairs(run, checkpointIn(run, checkpointOf(req))));
  });
  api.get("/recording", async () => message(await recording(session.run)));
  api.get("/moments", async ({ req }) =>
    message(await momentsMessage(await recording(session.run), req.raw.signal)),
  );

  api.post("/previews", async ({ req }) => {
    const { shown } = session.run;
    const rows = rowsOf(await bodyBytes(req, mostRows), shown.count);
    return message(await previewsMessage(shown, rows));
  });
  api.post("/picture", async ({ req }) => {
    const bytes = await bodyBytes(req, mostPictureBytes);
    const { width, height, pixels } = await orUnsupported(decodePicture(bytes));
    const head: Message["head"] & { width: number; height: number } = { type: "picture", width, height };
    return message({ head, arrays: { pixels } });
  });
  api.post("/fitted", async ({ req }) => {
    const { info } = session.run;
    const query = imageQueryOf(info);
    if (!query) throw takesNoPictures(info);
    const { input, fitting } = query;
    const bytes = await bodyBytes(req, mostPictureBytes);
    const pixels = await orUnsupported(fitUpload(bytes, fitting));
    const head: FittedHead = { type: "fitted", ...input };
    return message({ head, arrays: { pixels } });
  });
  api.post("/embed", async ({ req }) => {
    const { run } = session;
    const modality = modalityOf(req);
    const checkpoint = checkpointIn(run, checkpointOf(req));
    const content = await bodyBytes(req, mostQueryBytes);
    if (!run.embedQuery) {
      const there = run.info.modalities.map(({ items }) => items).join(", ");
      throw new Problem(
        409,
        `the run ${run.info.name} has no tower that embeds ${modality} here: ask about ${there}`,
      );
    }
    const question = { modality, checkpoint, content, mediaType: req.header("content-type") ?? "" };
    const { embedding, preview, note } = await run.embedQuery(question, req.raw.signal);
    const packed = packedFiles([preview]);
    const head: EmbeddedHead = { type: "embedded", note, ...packed.head };
    return message({ head, arrays: { embedding, ...packed.arrays } });
  });
  api.post("/index-search", async ({ req }) => {
    const { info, pictures } = session.run;
    const query = await indexQueryOf(req, info.dim);
    return message(await session.index.search(query, pictures?.dataset ?? null));
  });

  api.get("/encoder", async ({ req }) => {
    const { run } = session;
    const epoch = checkpointIn(run, checkpointOf(req));
    return download(await run.imageModel(epoch), `encoder_epoch_${epoch}.onnx`);
  });
  api.get("/checkpoint", async () => {
    const { folder } = session.run;
    const epoch = checkpointIn(session.run, null);
    return download(await readFileOrExplain(folder.checkpointFile(epoch)), `model_epoch_${epoch}.pt`);
  });
  api.get("/run/:path{.+}", async (context) =>
    runFile(context, session.run.folder.path, context.req.param("path")),
  );
  api.all("*", ({ req }) => problemResponse(404, `the API has no ${req.method} ${req.path.slice(0, 200)}`));
  app.route("/api", api);

  app.get("*", async (context, next) => {
    context.header(
      "cache-control",
      hashed.test(context.req.path) ? "max-age=31536000, immutable" : "no-cache",
    );
    return (await serveStatic({ root: page })(context, next)) ?? undefined;
  });
  return app;
}

/** Files that the build names by their contents. */
const hashed = /^\/assets\/.+-[\w-]{8}\.\w+$/;

function accepted(session: Pick<Session, "training">): Response {
  return Response.json(session.training.status, { status: 202 });
}

function binary(body: ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, { headers: { "content-type": "application/octet-stream" } });
}

function message(content: Message): Response {
  return binary(encodeMessage(content));
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): Response {
  const response = binary(bytes);
  response.headers.set("content-disposition", `attachment; filename="${name}"`);
  return response;
}

async function orUnsupported<Read>(reading: Promise<Read>): Promise<Read> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof PictureFormatError ? new Problem(415, error.message) : error;
  }
}

async function recording({ folder, info }: OpenRun): Promise<Message> {
  if (info.snapshots === 0)
    throw new Problem(404, `the run ${info.name} was not recorded: train with recording on`);
  const { labels, snapshots } = await readRecording(folder.path);
  return recordingMessage(labels, snapshots);
}
