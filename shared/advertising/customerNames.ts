import type { Customer } from './customerManagementSchemas.ts'
import type { DiscoveryCalls } from './discoveryCalls.ts'
import { inTurns } from './inTurns.ts'

/** Names missing from GetCustomersInfo are requested one by one, up to this many. */
const maxSingleCalls = 25

/**
 * Finds the names of customers: one call for those that the user can reach, then a few single calls.
 * Names are optional, so a fault ends the search for them and nothing else: unknown names are absent.
 */
export async function findCustomerNames(
  calls: DiscoveryCalls,
  customerIds: ReadonlySet<string>,
  known: readonly Customer[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map(known.map((customer) => [customer.customerId, customer.name]))
  const nameless = () => [...customerIds].filter((id) => !names.has(id))
  if (nameless().length === 0) return names
  const reached = await calls.getCustomersInfo()
  if (!reached.ok) return names
  for (const customer of reached.value) names.set(customer.customerId, customer.name)
  let isThrottled = false
  await inTurns(
    nameless().slice(0, maxSingleCalls),
    calls.atOnce,
    calls.getCustomer,
    (answer) => {
      if (answer.ok) names.set(answer.value.customerId, answer.value.name)
      else isThrottled ||= answer.fault.class === 'backOff'
    },
    () => isThrottled || calls.isOver(),
  )
  return names
}
