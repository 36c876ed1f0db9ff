/**
 * What `make` gives for the numbers from `start` up to `end`, each made ahead: while the consumer awaits the engine,
 * the next one is made in a timer's turn of the event loop.
 */
export async function* aheadOfUse<T>(
  start: number,
  end: number,
  make: (number: number) => T,
): AsyncGenerator<T, void, undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (number: number): Promise<T> => {
    const made = new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => {
        try {
          resolve(make(number));
        } catch (error) {
          reject(error);
        }
      }, 0);
    });
    // Its failure is met where it is awaited; until then it must not count as unhandled.
    made.catch(() => undefined);
    return made;
  };
  try {
    let next: T | Promise<T> | undefined;
    for (let number = start; number < end; number++) {
      const current = await (next ?? make(number));
      next = number + 1 < end ? later(number + 1) : undefined;
      yield current;
    }
  } finally {
    clearTimeout(timer);
  }
}
