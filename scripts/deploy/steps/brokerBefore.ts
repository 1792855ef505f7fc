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
    facts.token = found.token
    if (facts.outputs) facts.before = await deploy.examine(facts.outputs.BROKER_URL, found.token)
    return undefined
  },
  show({ facts }) {
    if (!facts.before) return ['It doesn’t exist yet.']
    const bad = facts.before.checks.filter(({ ok }) => ok === false)
    return bad.map(({ name, detail }) => `not well before: ${name}: ${detail}`)
  },
}
