/**
 * What `make` gives for the numbers from `start` up to `end`, each made ahead: while the consumer awaits the engine,
 * the next ones are begun, each in a timer's turn of the event loop.
 *
 * @param ahead how many are begun beyond the one in use; more than one helps where they are made on other threads
 */
export async function* aheadOfUse<T>(
  start: number,
  end: number,
  make: (number: number) => T | Promise<T>,
  ahead = 1,
): AsyncGenerator<T, void, undefined> {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (number: number): Promise<T> => {
    const made = new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        try {
          resolve(make(number));
        } catch (error) {
          reject(error);
        }
      }, 0);
      timers.add(timer);
    });
    // Its failure is met where it is awaited; until then it must not count as unhandled.
    made.catch(() => undefined);
    return made;
  };
  try {
    const begun: Promise<T>[] = [];
    let next = start;
    for (let number = start; number < end; number++) {
      const current = await (begun.shift() ?? make(next++));
      while (begun.length < ahead && next < end) begun.push(later(next++));
      yield current;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
