import type { Setup } from './setup.ts'

/**
 * The path of a registration in Microsoft Graph: by the client ID that the parameter file names, otherwise by the
 * unique name that `infra/entra.bicep` gives it, so that both find the same one.
 */
export function applicationPath({ answers, parameters }: Setup, kind: 'sign-in' | 'api'): string {
  const clientId =
    kind === 'api'
      ? parameters?.apiClientId
      : parameters?.productionMicrosoftClientId || parameters?.sandboxMicrosoftClientId
  return `/applications(${clientId ? `appId='${clientId}'` : `uniqueName='${answers.name}-${kind}'`})`
}
