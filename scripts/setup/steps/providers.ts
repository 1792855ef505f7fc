import type { Az } from '../../azure/az.ts'
import type { Step } from '../setup.ts'

/** The resource providers of everything in the template. */
export const namespaces = [
  'Microsoft.AlertsManagement',
  'Microsoft.App',
  'Microsoft.Authorization',
  'Microsoft.Insights',
  'Microsoft.KeyVault',
  'Microsoft.ManagedIdentity',
  'Microsoft.Network',
  'Microsoft.OperationalInsights',
  'Microsoft.Storage',
  'Microsoft.Web',
]

/** The subscription can create resources of every kind that the template has. */
export const providers: Step = {
  title: 'resource providers',
  async look({ az }) {
    const missing = await unregistered(az)
    return missing.length > 0 ? `not registered: ${missing.join(', ')}` : undefined
  },
  async act({ az }) {
    for (const namespace of await unregistered(az))
      await az('provider', 'register', '--namespace', namespace, '--wait')
  },
}

async function unregistered(az: Az): Promise<string[]> {
  const list = (await az('provider', 'list')) as { namespace: string; registrationState: string }[]
  const registered = new Set(
    list
      .filter(({ registrationState }) => registrationState === 'Registered')
      .map(({ namespace }) => namespace.toLowerCase()),
  )
  return namespaces.filter((namespace) => !registered.has(namespace.toLowerCase()))
}
