import type { Browser, Page } from "playwright-core";
import type { Question, Reply } from "./protocol.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

/** A page whose worker has the suites. */
export class TestPage {
  readonly #page: Page;
  readonly #faults: string[] = [];
  #next = 0;

  private constructor(page: Page) {
    this.#page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.#faults.push(message.text());
    });
    page.on("crash", () => this.#faults.push("the page crashed"));
  }

  /** Opens the page of `serveTests` and starts its worker. */
  static async open(browser: Browser, url: string): Promise<TestPage> {
    const page = await (await browser.newContext()).newPage();
    const opened = new TestPage(page);
    await page.goto(url);
    // As text, since it runs in the page, whose globals are not ours.
    await page.evaluate(`{
      const pending = new Map();
      const failed = (why) => { for (const give of pending.values()) give({ ok: false, message: why }); };
      const worker = new Worker("tests.js", { type: "module" });
      worker.onmessage = ({ data }) => { pending.get(data.id)(data); pending.delete(data.id); };
      worker.onerror = (event) => failed("the worker failed: " + event.message);
      globalThis.ask = (question) => new Promise((give) => {
        pending.set(question.id, give);
        worker.postMessage(question);
      });
    }`);
    return opened;
  }

  /** @throws Error with the worker's message. */
  async ask(question: Unnumbered<Question>): Promise<unknown> {
    const numbered = { ...question, id: this.#next++ };
    const reply = (await this.#page.evaluate(`ask(${JSON.stringify(numbered)})`)) as Reply;
    if (reply.ok) return reply.value;
    throw new Error([reply.message, ...this.#faults.slice(-3)].join("\n"));
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }
}
