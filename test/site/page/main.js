import { BrowserBackend } from "../../../web/src/browser/browserBackend.ts";

/** The backend of the static site without its page, for tests to call. */
Object.assign(globalThis, { backend: new BrowserBackend() });
