/** Runs `work` once for all callers in this process that use the same key while it runs. */
export type Coalesce<T> = (key: string, work: () => Promise<T>) => Promise<T>

/** Creates a {@link Coalesce}. */
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
