import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Parameters } from '../setup/parameterFile.ts'
import { type Az, orMissing } from './az.ts'

/** A deployment, as `az deployment group list` prints it. */
export interface Deployment {
  readonly name: string
  readonly properties: {
    readonly provisioningState: string
    readonly timestamp: string
    readonly parameters?: Readonly<Record<string, { readonly value: unknown }>> | null
    readonly outputs?: Readonly<Record<string, { readonly value: string }>> | null
  }
}

/** Outputs of `infra/main.bicep` that commands need. */
export interface Outputs {
  readonly AZURE_FUNCTION_NAME: string
  readonly BROKER_URL: string
  readonly REDIRECT_URI: string
  readonly KEY_VAULT_URL: string
  readonly PROVISIONED_AS: string
}

/** What is deployed, and where. */
export interface Target {
  readonly resourceGroup: string
  /** The broker's name. */
  readonly name: string
  readonly parameterFile: string
}

const template = new URL('../../infra/main.json', import.meta.url)

/** The template's defaults; those that only Azure can evaluate are expressions in brackets. */
export function templateDefaults(): Parameters {
  const { parameters } = JSON.parse(readFileSync(template, 'utf8')) as {
    parameters: Record<string, { defaultValue?: unknown }>
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { defaultValue }]) => [name, defaultValue]),
  )
}

/** Fingerprint of the template and its values: with the same one, there is nothing to provision. */
export function fingerprintOf(values: Parameters): string {
  const sorted = Object.entries(values)
    .filter(([name]) => name !== 'provisionedAs')
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
  return createHash('sha256').update(readFileSync(template)).update(JSON.stringify(sorted)).digest('hex')
}

/**
 * The deployments of this template in a resource group, of any broker and made in any way, newest first; undefined if
 * there is no such group. A template's modules are deployments, too; none of them has its parameters.
 */
export async function listDeployments(az: Az, group: string): Promise<Deployment[] | undefined> {
  const all = (await orMissing(az('deployment', 'group', 'list', '--resource-group', group))) as
    | Deployment[]
    | undefined
  return all
    ?.filter(({ properties }) => properties.parameters?.grantVaultCount && properties.parameters.apiClientId)
    .toSorted((one, two) => (one.properties.timestamp < two.properties.timestamp ? 1 : -1))
}

/** The newest deployment of one broker; undefined if there is none. */
export async function findDeployment(
  az: Az,
  { name, resourceGroup }: Pick<Target, 'name' | 'resourceGroup'>,
): Promise<Deployment | undefined> {
  const all = await listDeployments(az, resourceGroup)
  return all?.find((each) => valuesOf(each).name === name)
}

/** The values of a deployment's parameters. */
export function valuesOf({ properties }: Deployment): Parameters {
  return Object.fromEntries(
    Object.entries(properties.parameters ?? {}).map(([name, { value }]) => [name, value]),
  )
}

/** Its outputs; the Azure CLI prints `AZURE_FUNCTION_NAME` as `azurE_FUNCTION_NAME`. */
export function outputsOf({ properties }: Deployment): Outputs {
  const named = new Map(
    Object.entries(properties.outputs ?? {}).map(([name, { value }]) => [name.toUpperCase(), value]),
  )
  const read = (name: keyof Outputs) => named.get(name) ?? ''
  return {
    AZURE_FUNCTION_NAME: read('AZURE_FUNCTION_NAME'),
    BROKER_URL: read('BROKER_URL'),
    REDIRECT_URI: read('REDIRECT_URI'),
    KEY_VAULT_URL: read('KEY_VAULT_URL'),
    PROVISIONED_AS: read('PROVISIONED_AS'),
  }
}

/** The arguments of `az deployment group what-if` and `create`. One name for each broker, so that none hides another's. */
export function deploymentArguments(
  { name, parameterFile, resourceGroup }: Target,
  fingerprint: string,
): string[] {
  const deployment = name === 'msads-broker' ? 'broker' : `broker-${name}`
  const where = ['--resource-group', resourceGroup, '--name', deployment]
  return [...where, '--parameters', parameterFile, `provisionedAs=${fingerprint}`]
}
