/** Runs `work` once for all callers of one process that ask under the same key while it runs. */
export type Coalesce<T> = (key: string, work: () => Promise<T>) => Promise<T>

/** Creates a {@link Coalesce} with nothing under way. */
export function createCoalesce<T>(): Coalesce<T> {
  const running = new Map<string, Promise<T>>()
  return (key, work) => {
    const shared = running.get(key)
    if (shared) return shared
    const started = work().finally(() => running.delete(key))
    running.set(key, started)
    return started
  }
}
