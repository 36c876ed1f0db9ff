import { createServer, type RequestListener, type Server } from "node:http";
import { InputError } from "../base/index.ts";

/** The only address that is ever listened on: this machine's own, which its users and their programs reach, and no other machine. */
export const address = "127.0.0.1";
/** Where a free port is looked for first, and how many are tried. */
const firstPort = 4747;
const portsTried = 100;

/** A server that listens. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
}

/**
 * Listens on a port of 127.0.0.1.
 *
 * @param port 0 for any; left out, the first free one from 4747
 * @throws InputError when the port asked for cannot be had.
 */
export async function listen(listener: RequestListener, port: number | undefined): Promise<Listening> {
  if (port !== undefined) return listenOn(listener, port);
  for (let next = firstPort; ; next++) {
    try {
      return await listenOn(listener, next);
    } catch (error) {
      if (!(error instanceof PortTaken) || next === firstPort + portsTried - 1) throw error;
    }
  }
}

class PortTaken extends InputError {}

async function listenOn(listener: RequestListener, port: number): Promise<Listening> {
  const server = createServer(listener);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new PortTaken(
        `port ${port} is in use: choose another --port, or leave it out for the first free one`,
      );
    }
    if (code === "EACCES") {
      throw new InputError(`port ${port} may not be used by you: choose one from 1024 on`);
    }
    throw error;
  }
  const bound = server.address();
  return { server, port: typeof bound === "object" && bound !== null ? bound.port : port };
}
