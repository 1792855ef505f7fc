import { SetupError } from '../setup/setup.ts'
import type { Deploy } from './deploy.ts'
import type { Loss } from './loss.ts'

/**
 * Goes on only if each loss is accepted by its name.
 * @throws SetupError that says what is lost, who is hurt, and the exact options.
 */
export function assertAccepted({ facts, wish }: Deploy, losses: readonly Loss[], instead: string): void {
  const refused = losses.filter(({ name }) => !wish.accepted.has(name))
  facts.acceptedLosses.push(...losses.filter(({ name }) => wish.accepted.has(name)))
  if (refused.length === 0) return
  const lines = refused.map(({ name, text }) => `\n    ${name}: ${text}`)
  const options = refused.map(({ name }) => `--accept ${name}`).join(' ')
  throw new SetupError(
    `refused, because something would be lost.${lines.join('')}`,
    `${instead} Or, if you want that: the same command with ${options}`,
  )
}
