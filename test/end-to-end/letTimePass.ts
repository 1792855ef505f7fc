import type { Called, World } from './world.ts'

/**
 * Lets seconds pass for every broker of a world: the clock of the storage account, which they follow, goes forward by
 * them. A broker notices with storage's next answer, so the first request afterwards may still meet the time before. The
 * sign-in's clock and the machine's own stay as they are.
 */
export function letTimePass({ stack }: Pick<World, 'stack'>, seconds: number): void {
  stack.parts.azurite.service.control.settings.clockAheadSeconds += seconds
}

/** Lets as many seconds pass as an answer asks its caller to wait. */
export function letRetryAfterPass(world: Pick<World, 'stack'>, { headers, status }: Called): void {
  const seconds = Number(headers.get('retry-after'))
  if (!(seconds > 0)) throw new Error(`The answer ${status} asks for no wait.`)
  letTimePass(world, seconds)
}
