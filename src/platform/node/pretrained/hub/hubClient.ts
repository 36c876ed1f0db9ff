import { z } from "zod";
import { AbortedError, InputError, KindredError } from "../../../../base/index.ts";

/** Where models are fetched from. */
export interface Hub {
  /** Without a slash at its end. Default: the public hub. */
  readonly endpoint: string;
  /** Sent to the endpoint alone, never to where it redirects. */
  readonly token?: string;
}

/** The public hub. */
export const publicHub = "https://huggingface.co";

/** A file of a repository at one commit. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of a large file; of another one git's SHA-1 of its content. */
  readonly checksum: Checksum;
}

export type Checksum = { readonly kind: "sha256" | "git"; readonly digest: string };

/** A repository at one commit. */
export interface HubModel {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().nullish(),
      blobId: z.string().nullish(),
      lfs: z.object({ sha256: z.string(), size: z.number().int() }).nullish(),
    }),
  ),
});

/**
 * The files of a model, with their sizes and checksums.
 *
 * @throws InputError when there is no such model or revision, or the token does not open it.
 * @throws KindredError when the hub cannot be reached, or answers with something else.
 */
export async function hubModel(
  hub: Hub,
  id: string,
  revision: string,
  signal?: AbortSignal,
): Promise<HubModel> {
  const place = `/api/models/${encoded(id)}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await request(hub, place, `${id}@${revision}`, signal);
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(hub, error, signal);
  });
  let parsed: z.infer<typeof modelSchema>;
  try {
    parsed = modelSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new KindredError(
      `${hub.endpoint} does not answer as a hub of models does (${text.slice(0, 60)}): check HF_ENDPOINT`,
      { cause: error },
    );
  }
  const files = parsed.siblings.map(({ rfilename, size, blobId, lfs }): HubFile => {
    const known = lfs
      ? ({ kind: "sha256", digest: lfs.sha256 } as const)
      : ({ kind: "git", digest: blobId ?? "" } as const);
    return { path: rfilename, size: lfs?.size ?? size ?? 0, checksum: known };
  });
  return { commit: parsed.sha, files };
}

/** The bytes of a file from a place on; `from` is 0 where the server sends all of it after all. */
export async function hubFile(
  hub: Hub,
  { id, commit, path }: { readonly id: string; readonly commit: string; readonly path: string },
  from: number,
  signal?: AbortSignal,
): Promise<{ readonly from: number; readonly body: AsyncIterable<Uint8Array> }> {
  const place = `/${encoded(id)}/resolve/${commit}/${encoded(path)}`;
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await request(hub, place, `${path} of ${id}`, signal, headers);
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (!response.body)
    throw new KindredError(`${hub.endpoint} sent nothing of ${path}: run the command again`);
  return { from: response.status === 206 ? Number(start ?? 0) : 0, body: response.body };
}

const mostRedirects = 5;

/** Follows redirects by hand, so that the token goes to the endpoint and nowhere else. */
async function request(
  hub: Hub,
  place: string,
  what: string,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const own = originOf(hub.endpoint);
  let url = new URL(`${hub.endpoint}${place}`);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const authorization =
      hub.token !== undefined && url.origin === own ? { authorization: `Bearer ${hub.token}` } : {};
    let response: Response;
    try {
      response = await fetch(url, {
        headers: { "accept-encoding": "identity", ...headers, ...authorization },
        redirect: "manual",
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      throw unreachable({ endpoint: url.origin }, error, signal);
    }
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response, what, hub, url);
  }
  throw new KindredError(
    `${hub.endpoint} redirects ${what} more than ${mostRedirects} times: try again later`,
  );
}

/** @throws InputError for an endpoint that is no URL. */
function originOf(endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new InputError(`HF_ENDPOINT is ${endpoint}, expected a URL such as ${publicHub}`);
  }
  return new URL(endpoint).origin;
}

function refusal({ status, statusText }: Response, what: string, hub: Hub, url: URL): Error {
  if (status === 404) {
    return new InputError(
      `${hub.endpoint} has no ${what}: check its name and revision (HF_ENDPOINT names another hub)`,
    );
  }
  if (status === 401 || status === 403) {
    const token =
      hub.token === undefined
        ? "put a token that may read it into HF_TOKEN, or check the name"
        : "the token in HF_TOKEN may not read it: accept its terms on its page, or take another token";
    return new InputError(`${hub.endpoint} does not open ${what} (${status}): ${token}`);
  }
  if (status === 416) return new RangeRefused(`${url.host} has fewer bytes of ${what} than are here`);
  return new HubFailure(
    `${url.host} failed on ${what} (${status} ${statusText}): run the command again later`,
  );
}

/** A server that fails now, and may not the next time. */
export class HubFailure extends KindredError {}

/** What is here of a file is longer than the file. */
export class RangeRefused extends KindredError {}

/** What a connection that was not made, or broke, is reported as. */
export function unreachable(
  { endpoint }: Pick<Hub, "endpoint">,
  error: unknown,
  signal: AbortSignal | undefined,
): Error {
  if (signal?.aborted) return new AbortedError("the download was stopped");
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  return new HubFailure(
    `${host} cannot be reached (${code}): check the connection and run the command again, or copy the model's folder here and name it`,
  );
}

const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
