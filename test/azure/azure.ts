import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Az, AzError } from '../../scripts/azure/az.ts'
import { namespaces } from '../../scripts/setup/steps/providers.ts'
import { handleGraph } from './graph.ts'
import { parseParameterFile } from './parseParameterFile.ts'
import { type AzureState, missing, refuse } from './state.ts'

type Values = Readonly<Record<string, string | string[] | boolean | undefined>>
type Handler = (state: AzureState, values: Values) => unknown

interface Command {
  /** Options besides `--output` and `--only-show-errors`, as `az … --help` lists them. */
  readonly options: readonly string[]
  readonly changes?: boolean
  readonly handle: Handler
}

const commands: Readonly<Record<string, Command>> = {
  'account show': {
    options: [],
    handle: ({ account }) => account ?? refuse("Please run 'az login' to setup account."),
  },
  'account list-locations': { options: [], handle: ({ locations }) => locations },
  'provider list': {
    options: [],
    handle: ({ registered }) =>
      namespaces.map((namespace) => ({
        namespace,
        registrationState: registered.includes(namespace) ? 'Registered' : 'NotRegistered',
      })),
  },
  'provider register': {
    options: ['namespace', 'wait'],
    changes: true,
    handle: ({ registered }, { namespace }) => void registered.push(String(namespace)),
  },
  'functionapp list-flexconsumption-locations': {
    options: [],
    handle: () => [{ name: 'West Europe' }, { name: 'North Europe' }],
  },
  'functionapp list-flexconsumption-runtimes': {
    options: ['location', 'runtime'],
    handle: (_, { location }) =>
      location === 'northeurope' ? [{ version: '22' }] : [{ version: '22' }, { version: '24' }],
  },
  'group show': {
    options: ['name'],
    handle: ({ groups }, { name }) =>
      groups.find((each) => each.name === name) ?? missing('ResourceGroupNotFound'),
  },
  'group list': { options: [], handle: ({ groups }) => groups },
  'group create': {
    options: ['name', 'location'],
    changes: true,
    handle: ({ groups }, { name, location }) => {
      groups.push({ name: String(name), location: String(location) })
    },
  },
  'ad signed-in-user show': { options: [], handle: ({ me }) => me },
  'bicep build-params': {
    options: ['file', 'stdout'],
    handle: ({ isOld }, { file }) => {
      if (isOld) refuse("'build-params' is misspelled or not recognized by the system.")
      const parameters = parseParameterFile(readFileSync(String(file), 'utf8'))
      const named = Object.entries(parameters).map(([name, value]) => [name, { value }])
      return { parametersJson: JSON.stringify({ parameters: Object.fromEntries(named) }) }
    },
  },
  'deployment group show': {
    options: ['resource-group', 'name'],
    handle: ({ deployments }) => deployments.at(-1) ?? missing('DeploymentNotFound'),
  },
  'deployment group create': {
    options: ['resource-group', 'name', 'parameters'],
    changes: true,
    handle: (state, values) => void state.deployments.push(deploy(state, values)),
  },
  rest: {
    options: ['method', 'url', 'headers', 'body'],
    handle: (state, { method, url, headers, body }) =>
      handleGraph(state, {
        method: String(method),
        path: new URL(String(url)).pathname.replace('/v1.0', ''),
        isUpsert: [headers].flat().includes('Prefer=create-if-missing'),
        body: body === undefined ? {} : JSON.parse(String(body)),
      }),
  },
}

/**
 * A subscription and a directory that keep what they're told, and refuse what the real ones refuse.
 * @param state is changed by each command.
 * @param interrupt is called before and after each change, and can throw, as if the process had been ended there.
 */
export function createAzure(state: AzureState, interrupt: () => void = () => {}): Az {
  return async (...args) => {
    state.calls.push(args)
    try {
      const { command, values } = parse(args)
      const changes = command.changes || (args[0] === 'rest' && values.method !== 'GET')
      if (changes) interrupt()
      const answer = structuredClone(command.handle(state, values))
      if (changes) interrupt()
      return answer
    } catch (error) {
      throw error instanceof Error && error.name === 'Refusal' ? new AzError(args, error.message) : error
    }
  }
}

function parse(args: readonly string[]): { command: Command; values: Values } {
  const words = args.slice(0, args.findIndex((each) => each.startsWith('--')) >>> 0)
  const command =
    commands[words.join(' ')] ?? refuse(`'${words.join(' ')}' is misspelled or not recognized by the system.`)
  const rest = args.slice(words.length)
  // `--headers` takes several values, as in the real CLI.
  const headers = rest.indexOf('--headers')
  const several =
    headers < 0
      ? []
      : rest.slice(
          headers + 1,
          rest.findIndex((each, at) => at > headers && each.startsWith('--')),
        )
  const single = headers < 0 ? rest : rest.filter((_, at) => at < headers || at > headers + several.length)
  const flags = ['wait', 'stdout']
  const options = Object.fromEntries(
    command.options.map((name) => [
      name,
      { type: flags.includes(name) ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const { values } = parseArgs({ args: [...single], options, strict: true, allowPositionals: false })
  return { command, values: { ...values, headers: several } }
}

function deploy(state: AzureState, { 'resource-group': group, parameters: file }: Values) {
  if (!state.groups.some(({ name }) => name === group)) missing('ResourceGroupNotFound')
  if (state.registered.length < namespaces.length) refuse('(MissingSubscriptionRegistration) not registered')
  const parameters = parseParameterFile(readFileSync(String(file), 'utf8'))
  const ids = [parameters.productionMicrosoftClientId, parameters.apiClientId]
  for (const id of ids)
    if (!state.applications.some(({ appId }) => appId === id))
      refuse(`(InvalidTemplate) no registration ${id}`)
  const outputs = {
    azurE_FUNCTION_NAME: { value: 'func-msads-broker-x' },
    brokeR_URL: { value: 'https://func-msads-broker-x.azurewebsites.net' },
    redirecT_URI: { value: 'https://func-msads-broker-x.azurewebsites.net/oauth/callback' },
    keY_VAULT_URL: { value: state.vaultUrl },
  }
  return { id: randomUUID(), properties: { provisioningState: 'Succeeded', parameters, outputs } }
}
