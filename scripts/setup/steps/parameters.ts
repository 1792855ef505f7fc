import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { type Parameters, writeParameters } from '../parameterFile.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'
import { storageSkuOf } from './region.ts'

/** The parameters of this broker, in a file that is committed. */
export const parameters: Step = {
  title: 'parameter file',
  async look(setup) {
    const name = relative(process.cwd(), setup.parameterFile)
    if (!existsSync(setup.parameterFile)) return name
    if (!setup.parameters || setup.parameters.apiClientId === setup.facts.apiClientId) return undefined
    throw new SetupError(
      `${name} has no API registration that can be found.`,
      `Correct apiClientId in ${name}: the application (client) ID of the broker’s API.`,
    )
  },
  async act(setup) {
    await writeParameters(setup.parameterFile, setup.answers, parametersOf(setup))
  },
}

function parametersOf(setup: Setup): Parameters {
  const { answers, facts } = setup
  const { environments, apps, returnUrls, alertEmails } = answers
  const storageSku = storageSkuOf(setup)
  return {
    ...(answers.name !== 'msads-broker' && { name: answers.name }),
    ...Object.fromEntries(environments.map((each) => [`${each}MicrosoftClientId`, facts.signInClientId])),
    apiClientId: facts.apiClientId,
    environments,
    workspaces: apps.map((workspace) => ({ workspace, returnUrls })),
    alertEmails,
    ...(storageSku !== 'Standard_ZRS' && { storageSku }),
  }
}
