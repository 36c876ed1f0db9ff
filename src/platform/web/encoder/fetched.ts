import { InputError } from "../../../base/index.ts";

/** A URL, which may be relative to the page or worker. @throws InputError when it is none. */
export function placeOf(place: string | URL): URL {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    return new URL(place, location?.href);
  } catch {
    throw new InputError(`"${place}" is no URL`);
  }
}

/** @throws InputError when it cannot be had. */
export async function fetched(place: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(place);
  } catch (error) {
    throw new InputError(
      `${place.href} cannot be fetched: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
  if (response.ok) return response;
  throw new InputError(`${place.href} cannot be fetched: the server answered ${response.status}`);
}
