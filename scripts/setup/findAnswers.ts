import { type Environment, environments as known } from '../../shared/environment.ts'
import type { Az } from '../azure/az.ts'
import { UsageError } from '../commandLine.ts'
import { addressOptions } from '../options.ts'
import { parseAddress } from '../parseAddress.ts'
import { type Parameters, resourceGroupIn } from './parameterFile.ts'
import type { Answers } from './setup.ts'
import { toName } from './steps/region.ts'

/** The options as typed. */
export interface SetupOptions {
  readonly name: string
  readonly 'resource-group'?: string | undefined
  readonly location?: string | undefined
  readonly environment?: readonly string[] | undefined
  readonly app?: readonly string[] | undefined
  readonly 'return-url'?: readonly string[] | undefined
  readonly 'alert-email'?: readonly string[] | undefined
}

/** What was found before the first step. */
export interface Found {
  readonly az: Az
  readonly parameterFile: string
  readonly parameters: Parameters | undefined
}

/**
 * What the person wants: from the parameter file, if there's one, otherwise from the options.
 * @throws UsageError if an option is missing or has a value that Azure or the broker would refuse.
 */
export async function findAnswers(options: SetupOptions, found: Found): Promise<Answers> {
  const { name } = options
  // Key Vault and storage accept nothing else in the names that the template derives from it.
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length < 2 || name.length > 24)
    throw new UsageError(
      '--name takes 2 to 24 lowercase letters, digits, and single hyphens, starting with a letter.',
    )
  const resourceGroup = options['resource-group'] ?? resourceGroupIn(found.parameterFile) ?? `rg-${name}`
  const common = { name, resourceGroup }
  if (!found.parameters) return { ...common, ...answersIn(options) }
  return {
    ...common,
    ...answersOf(found.parameters),
    location: await locationOf(found.az, resourceGroup, options),
  }
}

function answersIn(options: SetupOptions): Omit<Answers, 'name' | 'resourceGroup'> {
  const location = toName(options.location ?? '')
  const apps = options.app ?? []
  const returnUrls = options['return-url'] ?? []
  const alertEmails = options['alert-email'] ?? []
  const missing = [
    !location && '--location <region>',
    apps.length === 0 && '--app <application (client) ID of your app>',
    returnUrls.length === 0 && '--return-url <where browsers return after a sign-in>',
    alertEmails.length === 0 && '--alert-email <who gets the alerts>',
  ].filter((each) => each !== false)
  if (missing.length > 0) throw new UsageError(`A first run also needs ${missing.join(', ')}.`)
  for (const each of returnUrls)
    parseAddress('--return-url', each, { ...addressOptions['return-url']!, schemes: ['https'] })
  return {
    location,
    apps,
    returnUrls,
    alertEmails,
    environments: toEnvironments(options.environment ?? ['production']),
  }
}

function toEnvironments(names: readonly string[]): Environment[] {
  const wrong = names.find((each) => !known.some((environment) => environment === each))
  if (wrong) throw new UsageError(`--environment takes ${known.join(' or ')}, not ${wrong}.`)
  return known.filter((each) => names.includes(each))
}

function answersOf(parameters: Parameters): Omit<Answers, 'name' | 'resourceGroup' | 'location'> {
  const workspaces = (parameters.workspaces ?? []) as {
    workspace: string
    apps?: string[]
    returnUrls?: string[]
  }[]
  return {
    environments: (parameters.environments ?? ['production']) as Environment[],
    apps: workspaces.flatMap(({ workspace, apps }) => apps ?? [workspace]),
    returnUrls: workspaces.flatMap(({ returnUrls }) => returnUrls ?? []),
    alertEmails: (parameters.alertEmails ?? []) as string[],
  }
}

/** A parameter file names no region: it's the resource group's. */
async function locationOf(az: Az, group: string, options: SetupOptions): Promise<string> {
  if (options.location) return toName(options.location)
  const groups = (await az('group', 'list')) as { name: string; location: string }[]
  const found = groups.find(({ name }) => name === group)
  if (found) return toName(found.location)
  throw new UsageError(`There is no resource group ${group} yet: pass --location <region>.`)
}
