import pMap from 'p-map'
import type { CustomerManagement } from './client.ts'
import type { Customer } from './customerManagementSchemas.ts'
import type { Credentials } from './services.ts'

/** Names missing from GetCustomersInfo are requested one by one, up to this many. */
const maxSingleCalls = 25

const callsAtOnce = 4

/**
 * Finds the names of customers: one call for those that the user can reach, then a few single calls.
 * Names are optional, so a fault doesn't stop anything: unknown names are absent.
 */
export async function findCustomerNames(
  client: CustomerManagement,
  credentials: Credentials,
  customerIds: ReadonlySet<string>,
  known: readonly Customer[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map(known.map((customer) => [customer.customerId, customer.name]))
  const nameless = () => [...customerIds].filter((id) => !names.has(id))
  if (nameless().length === 0) return names
  const reached = await client.getCustomersInfo(credentials)
  if (!reached.ok) return names
  for (const customer of reached.value) names.set(customer.customerId, customer.name)
  const single = nameless().slice(0, maxSingleCalls)
  const answers = await pMap(single, (id) => client.getCustomer(credentials, id), {
    concurrency: callsAtOnce,
  })
  for (const answer of answers) if (answer.ok) names.set(answer.value.customerId, answer.value.name)
  return names
}
