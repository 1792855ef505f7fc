import { pruneSealingKeys } from '../../shared/operations/pruneSealingKeys.ts'
import { addSealingKey } from '../../shared/secrets/sealingKeys.ts'
import { mainVault, writeClientSecret, writeDeveloperToken } from './ground.ts'
import type { World } from './world.ts'

/** Between adding a sealing key and dropping the older ones: a process may still seal with them (sealingKeys.ts). */
const pruneAfterDays = 0.1

/** The operator runs it again for a busy row, which is free in a minute. */
const maxTries = 3

/** What the operator does, each at its day. */
export function operatorDeeds(
  world: World,
): { readonly at: number; readonly deed: () => Promise<unknown> }[] {
  const { clientSecrets, developerTokens, sealingKeys } = world.calendar
  return [
    ...sealingKeys.map((at) => ({ at, deed: () => addKey(world) })),
    ...sealingKeys.map((at) => ({ at: at + pruneAfterDays, deed: () => prune(world) })),
    ...clientSecrets.map(({ at, lives }) => ({
      at,
      deed: () => writeClientSecret(world.ground, 'microsoft', lives),
    })),
    ...developerTokens.map((at) => ({ at, deed: () => writeDeveloperToken(world.ground) })),
  ].toSorted((a, b) => a.at - b.at)
}

async function addKey({ ground, sweeper }: World): Promise<void> {
  const vault = mainVault(ground)
  const { clock, randomness } = sweeper.broker
  await addSealingKey({ vault, clock, randomness, config: ground.config })
}

/** The command runs in a process of its own. A row that is busy needs another run. */
async function prune(world: World): Promise<void> {
  let why: unknown
  for (let tries = 0; tries < maxTries; tries++) {
    const outcome = await world.startLife().run((broker) => pruneSealingKeys(broker))
    if (outcome?.pruned || outcome?.because === 'nothing_older') return
    why = outcome
    world.ground.clock.advance(120)
  }
  throw new Error(`older sealing keys are left: ${JSON.stringify(why)}`)
}
