import type { Az } from '../../azure/az.ts'
import type { Parameters } from '../parameterFile.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'

/** What the template deploys by default. */
const nodeVersion = '24'

/** The region offers Flex Consumption with Node.js 24. Whether it has zones decides on the storage. */
export const region: Step = {
  title: 'region with Flex Consumption and Node.js 24',
  async look({ az, answers, facts, parameters }) {
    const { location } = answers
    const offered = (await az('functionapp', 'list-flexconsumption-locations')) as { name: string }[]
    const names = offered.map(({ name }) => toName(name))
    if (!names.includes(location))
      throw new SetupError(
        `The region ${location} has no Flex Consumption.`,
        `Pass --location with one of: ${names.toSorted().join(', ')}`,
      )
    await assertRuntime(az, location)
    facts.hasZones = await hasZones(az, location)
    if (parameters && !facts.hasZones) assertWithoutZones(parameters, location)
    return undefined
  },
}

async function assertRuntime(az: Az, location: string): Promise<void> {
  const where = ['--location', location, '--runtime', 'node']
  const runtimes = (await az('functionapp', 'list-flexconsumption-runtimes', ...where)) as {
    version: string
  }[]
  if (!runtimes.some(({ version }) => version === nodeVersion))
    throw new SetupError(
      `The region ${location} has no Node.js ${nodeVersion} on Flex Consumption.`,
      'Pass another --location.',
    )
}

/**
 * Refuses what Azure would refuse half-way in a region without availability zones; a template can't look.
 * @throws SetupError
 */
function assertWithoutZones(parameters: Parameters, location: string): void {
  const { storageSku = 'Standard_ZRS', zoneRedundant = false } = parameters
  const wrong = [
    /_G?ZRS$/.test(`${storageSku}`) && 'storageSku = Standard_LRS or Standard_GRS',
    zoneRedundant && 'zoneRedundant = false',
  ].filter((each) => each !== false)
  if (wrong.length > 0)
    throw new SetupError(
      `The region ${location} has no availability zones, which the parameter file asks for.`,
      `Set in it: ${wrong.join(', ')}.`,
    )
}

async function hasZones(az: Az, location: string): Promise<boolean> {
  const locations = (await az('account', 'list-locations')) as {
    name: string
    availabilityZoneMappings?: unknown[] | null
  }[]
  const found = locations.find(({ name }) => name === location)
  return (found?.availabilityZoneMappings?.length ?? 0) > 0
}

/** A region's name from its display name, such as `westeurope` from `West Europe`. */
export function toName(region: string): string {
  return region.toLowerCase().replaceAll(' ', '')
}

/** The redundancy of the storage account: that of the template's default, if the region has zones. */
export function storageSkuOf({ facts }: Pick<Setup, 'facts'>): string {
  return facts.hasZones ? 'Standard_ZRS' : 'Standard_LRS'
}
