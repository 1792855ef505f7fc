import type { World } from '../end-to-end/world.ts'
import type { Sample } from './samples.ts'

/** Whether the firewall answers instead of the broker: with its own page, or by cutting the broker's answer off. */
export async function isBlocked(
  world: World,
  { method = 'GET', path, ...options }: Sample,
): Promise<boolean> {
  const answer = await world.call(method, path, options).catch(() => undefined)
  return !answer || (answer.status === 403 && String(answer.body).includes('<center>nginx</center>'))
}
