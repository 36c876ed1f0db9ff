import type { Backend } from "kindred/workspace";
import { mountPage } from "./app/mountPage.ts";
import { reasonOf } from "./words/reasonOf.ts";

async function backendOfBuild(): Promise<Backend> {
  if (import.meta.env.MODE === "static") {
    const { BrowserBackend } = await import("./browser/browserBackend.ts");
    return new BrowserBackend();
  }
  const { ServerBackend } = await import("./backend/serverBackend.ts");
  return new ServerBackend();
}

const target = document.getElementById("app")!;
try {
  mountPage(await backendOfBuild(), target);
} catch (error) {
  const told = document.createElement("p");
  told.setAttribute("role", "alert");
  told.textContent = `The page did not start: ${reasonOf(error)}. Reload it to try again.`;
  target.replaceChildren(told);
}
