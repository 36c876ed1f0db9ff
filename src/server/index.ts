import { dirname } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { packageVersion } from "../platform/node/files/packageVersion.ts";
import type { DeviceName } from "../platform/node/ort/devices.ts";
import { Access } from "./access.ts";
import { explorerApp } from "./app.ts";
import { givenData } from "./choices.ts";
import { keepToItself } from "./guard.ts";
import { address, listen } from "./listen.ts";
import type { Split } from "./openedRun.ts";
import { OpenIndex } from "./openIndex.ts";
import { pageFolder, requirePage } from "./page.ts";
import { problemResponse } from "./problem.ts";
import { Session } from "./session.ts";

/** Options of {@link startExplorer}. */
export interface ExplorerOptions {
  /** Folder of the run to open. Default: none. */
  readonly run?: string | undefined;
  /** A data set that trainings may use, beside MNIST. */
  readonly data?: string | undefined;
  /** An index to search in place of the run's pictures; without a run, that of the index is opened. Default: none. */
  readonly index?: string | undefined;
  /**
   * Pictures of its data that the space of a run of pictures shows, all being train and then test. Default `train`. Of several
   * modalities, a run shows what it is measured by.
   */
  readonly split?: Split | undefined;
  /** Whether tables may name files out of their own folder. Default false: the page shows whatever is read. */
  readonly outside?: boolean | undefined;
  /** 0 for any. Default: the first free one from 4747. */
  readonly port?: number | undefined;
  readonly device?: DeviceName | undefined;
  /** What whoever asks must know, 16 characters or more. Default: drawn at random. */
  readonly token?: string | undefined;
  /** Where the built page is. Default: where `npm run build` puts it. */
  readonly page?: string | undefined;
}

/** The explorer, being served. */
export interface Explorer {
  /** The page's address, with the token. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** The folder of the training under way, whose state {@link close} saves; null where there is none. */
  readonly training: string | null;
  /** How many listen to its events. */
  readonly listeners: number;
  /** An address that opens the page once, without the token: for the command line of a browser, which others can read. */
  urlOnce(): string;
  /** Stops the training at the next step, saves its state, and ends the server. */
  close(): Promise<void>;
}

/**
 * Serves the explorer's page and its API on 127.0.0.1, to whoever on this machine has its token.
 *
 * @throws InputError when the page is not built, the run, the index or the data cannot be read, another encoder made the
 * index, or the port cannot be had.
 */
export async function startExplorer(options: ExplorerOptions = {}): Promise<Explorer> {
  const { data, split, outside = false, device = "auto", page = pageFolder } = options;
  requirePage(page);
  let bound = 0;
  const access = new Access(() => bound, options.token);
  const given = data === undefined ? null : await givenData(data, outside);
  const index = options.index === undefined ? null : await OpenIndex.open(options.index, options.run);
  const run = options.run ?? index?.run;
  const session = await Session.open({
    run: run ?? null,
    runs: run === undefined ? "runs" : dirname(run),
    data: given,
    index,
    split,
    outside,
    device,
    version: packageVersion(),
  }).catch((error: unknown) => {
    index?.close();
    throw error;
  });
  const app = explorerApp({ session, access, page, port: () => bound });
  // A request that makes no sense as one, such as a Host that is no name, does not come as far as the app.
  const errorHandler = () => {
    const response = problemResponse(400, "the request cannot be understood");
    keepToItself(response.headers);
    return response;
  };
  const listener = getRequestListener(app.fetch, {
    hostname: address,
    errorHandler,
    overrideGlobalObjects: false,
  });
  try {
    const { server, port } = await listen(
      (request, response) => void listener(request, response),
      options.port,
    );
    bound = port;
    const pageUrl = (secret: string): string => `http://${address}:${port}/?token=${secret}`;
    return {
      url: pageUrl(access.token),
      urlOnce: () => pageUrl(access.ticket()),
      token: access.token,
      port,
      get listeners() {
        return session.events.listeners;
      },
      get training() {
        return session.trainingFolder;
      },
      close: async () => {
        server.close();
        await session.close();
        index?.close();
        server.closeAllConnections();
      },
    };
  } catch (error) {
    await session.close();
    index?.close();
    throw error;
  }
}
