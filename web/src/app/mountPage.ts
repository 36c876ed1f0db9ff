import type { Backend } from "kindred/workspace";
import { mount } from "svelte";
import { Session } from "../session/session.svelte.ts";
import { SpaceStore } from "../session/spaceStore.svelte.ts";
import App from "./App.svelte";
import "../parts/theme.css";

/** Shows the page in the element, for as long as the document lives. */
export function mountPage(backend: Backend, target: Element): Session {
  const session = new Session(backend, new SpaceStore(backend));
  // Never aborted: the browser ends what still runs when the document goes.
  session.open(new AbortController().signal);
  mount(App, { target, props: { session } });
  return session;
}
