import type { DoctorReport } from '../../doctor/finding.ts'
import { SetupError, type Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'

/** How the broker is, before something changes: a package isn't blamed for what was wrong already. */
export const brokerBefore: Step<Deploy> = {
  title: 'the broker before',
  async look(deploy) {
    const { facts } = deploy
    if (facts.token) return undefined
    const found = await deploy.findToken()
    if (!found || 'noToken' in found)
      throw new SetupError(
        `Without a token for the broker, nobody can tell whether the new package works: ${found?.noToken ?? 'API_CLIENT_ID is unknown'}`,
        'az login as someone with the role Broker.Operate (npm run setup gives it to you), or set BROKER_TOKEN.',
      )
    if (facts.outputs) facts.before = await deploy.examine(facts.outputs.BROKER_URL, found.token)
    assertTokenTaken(facts.before)
    facts.token = found.token
    return undefined
  },
  show({ facts }) {
    if (!facts.before) return ['It doesn’t exist yet.']
    const bad = facts.before.checks.filter(({ ok }) => ok === false)
    return bad.map(({ name, detail }) => `not well before: ${name}: ${detail}`)
  },
}

/** With a token that the broker refuses, the new package would be blamed for it, and rolled back. */
function assertTokenTaken(before: DoctorReport | undefined): void {
  const readiness = before?.checks.find(({ name }) => name === 'readiness')
  if (readiness?.ok !== false || !/^status 40[13]\b/.test(readiness.detail)) return
  throw new SetupError(
    `The broker refuses your token, so nobody can tell whether the new package works: ${readiness.detail}`,
    readiness.resolution ?? 'az login as someone with the role Broker.Operate.',
  )
}
