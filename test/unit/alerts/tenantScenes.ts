import { connectFailures } from '../../../shared/connect/failures.ts'
import { reportFailure } from '../../../shared/connect/reportSignIn.ts'
import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import { Secret } from '../../../shared/secret.ts'
import { createGrantVault } from '../../../shared/storage/grantVault.ts'
import { disconnectTenant } from '../../../shared/tenants/disconnect.ts'
import { owner } from '../../simulation/ground.ts'
import { createModelVault } from '../../simulation/models/vault.ts'
import { anHour, refusalOf } from '../refreshGround.ts'
import { createVirtualClock } from '../virtualClock.ts'
import { type AlertScenes, recorder } from './scene.ts'
import { sweepGround } from './sweepGround.ts'

const changedPassword = refusalOf(400, 'invalid_grant', 50173)
const loop = refusalOf(400, 'invalid_grant', 50196)
const readOnly = new StorageUnavailableError('vault', 403, 'Forbidden')

/** One tenant whose vends are answered so, one after another. */
async function vended(...answers: readonly ReturnType<typeof refusalOf>[]) {
  const own = sweepGround()
  await own.addDue(['t1'])
  for (const answer of answers) {
    own.seen.answer = answer
    await own.refresh('t1').catch(() => undefined)
    own.clock.advance(60)
  }
  return own.scene()
}

/** A refresh whose provider returns a new token, and a vault that takes it or not. */
async function rotated(write?: () => Promise<string>) {
  const own = sweepGround(({ grants }) => ({ grants: { ...grants, ...(write && { write }) } }))
  await own.addDue(['t1'])
  await own.refresh('t1')
  return own.scene()
}

/** Disconnects whose marks no vault takes, and some sweeps an hour apart. */
async function owed(tenants: readonly string[], sweeps: number) {
  const own = sweepGround(({ marks }) => ({ marks: { ...marks, write: () => Promise.reject(readOnly) } }))
  await own.addDue(tenants)
  for (const tenant of tenants) await disconnectTenant(own.dependencies, { workspace: 'w', tenant })
  for (let count = 0; count < sweeps; count++) {
    own.clock.advance(3600)
    await own.sweep()
  }
  return own.scene()
}

/** The secret of a new sign-in, while the first vault takes none. */
async function passedOver() {
  const clock = createVirtualClock()
  const { log, scene } = recorder(clock)
  const [broken, good] = ['a', 'b'].map(createModelVault) as [never, never]
  const vaults = [{ ...(broken as object), write: () => Promise.reject(readOnly) } as never, good]
  const randomness = { fraction: () => 0, identifier: () => 'f'.repeat(32) }
  await clock.run(createGrantVault(vaults, { clock, randomness, log }).write(new Secret('rt'), owner))
  return scene()
}

/** A sign-in that ended with these failures. */
async function failed(...codes: readonly (keyof typeof connectFailures)[]) {
  const { log, scene } = recorder(createVirtualClock())
  for (const code of codes) reportFailure(log, owner as never, { failed: code })
  return scene()
}

const codesOf = (isOperator: boolean) =>
  (Object.keys(connectFailures) as (keyof typeof connectFailures)[]).filter(
    (code) => (connectFailures[code].actor === 'operator') === isOperator,
  )

/** Alerts about single tenants. */
export const tenantScenes: Readonly<Record<string, AlertScenes>> = {
  'reauthorization-required': {
    rings: { 'a person has changed the password': () => vended(changedPassword) },
    silent: {
      'a refresh works': () => vended(anHour),
      'an app disconnects the tenant': async () => {
        const own = sweepGround()
        await own.addDue(['t1'])
        await disconnectTenant(own.dependencies, { workspace: 'w', tenant: 't1' })
        return own.scene()
      },
      'the provider has a passing trouble': () => vended(refusalOf(503), refusalOf(500)),
      'the status changed more than an hour ago': async () => {
        const { traces, now } = await vended(changedPassword)
        return { traces: traces ?? [], now: new Date(now.getTime() + 3_600_000) }
      },
    },
  },
  'refresh-needs-operator': {
    rings: { 'Microsoft has detected a loop': () => vended(loop) },
    silent: {
      'the person must sign in again': () => vended(changedPassword),
      'the provider has a passing trouble': () => vended(refusalOf(503), refusalOf(500)),
    },
  },
  'token-not-stored': {
    rings: {
      'the vault refuses a new token': () => rotated(() => Promise.reject(readOnly)),
      'a vault is passed over': passedOver,
    },
    silent: { 'the vault takes it': () => rotated() },
  },
  'work-owed': {
    rings: { 'the mark of a disconnect stays owed': () => owed(['t1'], 3) },
    silent: {
      'a mark is owed once': () => owed(['t1'], 0),
      'a mark has failed three times': () => owed(['t1'], 2),
      'marks of several tenants are owed once each': () => owed(['t1', 't2', 't3', 't4', 't5'], 0),
    },
  },
  'connect-failed': {
    rings: Object.fromEntries(
      codesOf(true).map((code) => [`a sign-in ends with ${code}`, () => failed(code)] as const),
    ),
    silent: { 'sign-ins end with what others must do': () => failed(...codesOf(false)) },
  },
}
