import type { KeptRun } from "./browserRun.ts";

const databaseName = "kindred";
const storeName = "runs";
const key = "newest";

/** Keeps a run in the browser in place of the one before. */
export async function keepRun(run: KeptRun): Promise<void> {
  await inStore("readwrite", (store) => store.put(run, key));
}

/** The run that was kept last; null where there is none, or one of another version. */
export async function keptRun(): Promise<KeptRun | null> {
  const found = (await inStore("readonly", (store) => store.get(key))) as KeptRun | undefined;
  return found?.version === 1 ? found : null;
}

async function inStore(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const opening = indexedDB.open(databaseName, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
  const database = await resultOf(opening);
  try {
    return await resultOf(ask(database.transaction(storeName, mode).objectStore(storeName)));
  } finally {
    database.close();
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}
