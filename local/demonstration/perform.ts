import type { Demo } from './demo.ts'
import type { Step } from './steps.ts'
import type { Transcript } from './transcript.ts'

/** Runs steps until one fails. @returns whether all succeeded. */
export async function perform(demo: Demo, steps: readonly Step[], tell: Transcript): Promise<boolean> {
  const began = performance.now()
  let [done, ok] = [0, true]
  for (const { name, title, run } of steps) {
    const stepBegan = performance.now()
    const outcome = await run(demo).catch((error: unknown) => ({ error: messageOf(error) }))
    ok = !('error' in outcome)
    done += 1
    const milliseconds = Math.round(performance.now() - stepBegan)
    tell({ event: 'step', number: done, name, title, ok, milliseconds, ...outcome })
    if (!ok) break
  }
  tell({ event: 'ended', ok, steps: done, milliseconds: Math.round(performance.now() - began) })
  return ok
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
