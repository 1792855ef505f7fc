import { readGraph, writeGraph } from '../../azure/graph.ts'
import { applicationPath } from '../registrations.ts'
import type { Setup, Step } from '../setup.ts'

/** Work and personal accounts: most users of Microsoft Advertising have a personal one. */
const signInAudience = 'AzureADandPersonalMicrosoftAccount'

interface Application {
  readonly appId: string
  readonly signInAudience: string
  readonly api?: { readonly requestedAccessTokenVersion?: number | null }
}

/** The registration that advertisers consent to, the same that `infra/entra.bicep` creates. */
export const signInApp: Step = {
  title: 'registration that advertisers consent to',
  async look(setup) {
    const found = await find(setup)
    if (!found) return `“${displayName(setup)}”, for work and personal accounts`
    setup.facts.signInClientId = found.appId
    const isRight = found.signInAudience === signInAudience && found.api?.requestedAccessTokenVersion === 2
    return isRight ? undefined : 'for work and personal accounts, with version 2 of access tokens'
  },
  async act(setup) {
    const found = await find(setup)
    const api = { ...found?.api, requestedAccessTokenVersion: 2 }
    await writeGraph(setup.az, {
      method: 'PATCH',
      path: applicationPath(setup, 'sign-in'),
      body: { displayName: displayName(setup), signInAudience, api },
      createIfMissing: true,
    })
  },
}

async function find(setup: Setup): Promise<Application | undefined> {
  return readGraph<Application>(setup.az, applicationPath(setup, 'sign-in'))
}

function displayName({ answers }: Setup): string {
  return `Microsoft Advertising sign-in (${answers.name})`
}
