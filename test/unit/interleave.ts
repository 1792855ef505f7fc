import type { Perform } from './memoryTable.ts'

/** A process: what it does with the tables goes through `perform`. */
export type Actor = (perform: Perform) => Promise<void>

/** Chooses a way to go on, from 0 up to the number of ways. */
export type Choose = (options: number) => number

/** What can happen besides operations. */
export interface InterleaveOptions {
  /** The process that can die at any line, by its place. Default is none. */
  readonly mayDie?: number
}

/** Runs processes beside each other; `choose` decides whose operation takes effect next. */
export async function interleave(
  actors: readonly Actor[],
  choose: Choose,
  { mayDie }: InterleaveOptions = {},
): Promise<void> {
  const waiting = actors.map((): (() => void)[] => [])
  const running = new Set(actors.keys())
  const errors: unknown[] = []
  for (const [index, actor] of actors.entries()) {
    const perform: Perform = (work) =>
      new Promise((resolve, reject) => {
        const take = () => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        }
        waiting[index]?.push(take)
      })
    actor(perform)
      .catch((error) => errors.push(error))
      .finally(() => running.delete(index))
  }
  for (;;) {
    // Whatever follows an operation without another one happens before the next one.
    await new Promise((resolve) => setImmediate(resolve))
    if (running.size === 0) break
    const ready = [...running].filter((index) => waiting[index]?.length)
    const death = mayDie !== undefined && running.has(mayDie) ? [mayDie] : []
    const chosen = choose(ready.length + death.length)
    const next = ready[chosen]
    if (next === undefined) running.delete(death[0]!)
    else waiting[next]?.shift()?.()
  }
  if (errors.length > 0) throw errors[0]
}

/** Runs `run` once for every sequence of choices. @returns how many there are. */
export async function explore(run: (choose: Choose) => Promise<void>): Promise<number> {
  let path: number[] = []
  for (let runs = 1; ; runs++) {
    const taken: { choice: number; options: number }[] = []
    await run((options) => {
      const choice = path[taken.length] ?? 0
      taken.push({ choice, options })
      return choice
    })
    while (taken.length > 0 && taken.at(-1)!.choice + 1 >= taken.at(-1)!.options) taken.pop()
    const last = taken.pop()
    if (!last) return runs
    path = [...taken.map(({ choice }) => choice), last.choice + 1]
  }
}
