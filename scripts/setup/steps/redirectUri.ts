import { readGraph, writeGraph } from '../../azure/graph.ts'
import { applicationPath } from '../registrations.ts'
import type { Setup, Step } from '../setup.ts'

interface Application {
  readonly id: string
  readonly web?: { readonly redirectUris?: readonly string[] }
}

/** Where Microsoft sends advertisers back, under *Web*, beside the URIs that are there. */
export const redirectUri: Step = {
  title: 'redirect URI',
  async look(setup) {
    const { outputs } = setup.facts
    if (!outputs) return 'the broker’s URL with /oauth/callback'
    const present = (await find(setup))?.web?.redirectUris ?? []
    return present.includes(outputs.REDIRECT_URI) ? undefined : outputs.REDIRECT_URI
  },
  async act(setup) {
    const application = await find(setup)
    if (!application) throw new Error('The registration comes before its redirect URI.')
    const { id, web } = application
    const redirectUris = [...(web?.redirectUris ?? []), setup.facts.outputs?.REDIRECT_URI]
    await writeGraph(setup.az, {
      method: 'PATCH',
      path: `/applications/${id}`,
      body: { web: { ...web, redirectUris } },
    })
  },
}

async function find(setup: Setup): Promise<Application | undefined> {
  return readGraph(setup.az, applicationPath(setup, 'sign-in'))
}
