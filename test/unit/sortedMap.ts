/** Some of the keys. Without `to`, there is no last one. */
export interface KeyRange {
  readonly from: string
  readonly to?: string
}

/** A map whose keys are in order. */
export interface SortedMap<T> {
  readonly size: number
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  values(): IterableIterator<T>
  /** Visits the entries from one key on, before another one if there is one, until `visit` says that it's done. */
  visit(range: KeyRange, visit: (value: T, key: string) => boolean): void
}

/** Creates an empty one. Each new key costs a move of those behind it, which is little for some thousands. */
export function createSortedMap<T>(): SortedMap<T> {
  const keys: string[] = []
  const items: T[] = []
  const map = new Map<string, T>()
  const placeOf = (key: string): number => {
    let [low, high] = [0, keys.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    get size() {
      return map.size
    },
    get: (key) => map.get(key),
    set(key, value) {
      const place = placeOf(key)
      if (!map.has(key)) {
        keys.splice(place, 0, key)
        items.splice(place, 0, value)
      }
      items[place] = value
      map.set(key, value)
    },
    delete(key) {
      if (!map.delete(key)) return
      const place = placeOf(key)
      keys.splice(place, 1)
      items.splice(place, 1)
    },
    values: () => items.values(),
    visit({ from, to }, visit) {
      for (let at = placeOf(from); at < keys.length; at++) {
        const key = keys[at]!
        if ((to !== undefined && key >= to) || visit(items[at]!, key)) return
      }
    },
  }
}
