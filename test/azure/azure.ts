import { readFileSync } from 'node:fs'
import { type Az, AzError } from '../../scripts/azure/az.ts'
import { namespaces } from '../../scripts/setup/steps/providers.ts'
import { deploy, downloadBlob, listBlobs, publish, showSite, whatIf } from './deployments.ts'
import { documentedOptions } from './documented.ts'
import { faultOfAzCall } from './faultOfAzCall.ts'
import { handleGraph } from './graph.ts'
import { parseParameterFile } from './parseParameterFile.ts'
import { isOption, splitOptions } from './splitOptions.ts'
import { type AzureState, missing, refuse } from './state.ts'

type Values = Readonly<Record<string, string | string[] | boolean | undefined>>
type Handler = (state: AzureState, values: Values) => unknown

interface Command {
  readonly changes?: boolean
  readonly handle: Handler
}

const commands: Readonly<Record<string, Command>> = {
  'account show': {
    handle: ({ account }) => account ?? refuse("Please run 'az login' to setup account."),
  },
  'account list-locations': { handle: ({ locations }) => locations },
  'provider list': {
    handle: ({ registered }) =>
      namespaces.map((namespace) => ({
        namespace,
        registrationState: registered.includes(namespace) ? 'Registered' : 'NotRegistered',
      })),
  },
  'provider register': {
    changes: true,
    handle: ({ registered }, { namespace }) => void registered.push(String(namespace)),
  },
  'functionapp list-flexconsumption-locations': {
    handle: () => [{ name: 'West Europe' }, { name: 'North Europe' }],
  },
  'functionapp list-flexconsumption-runtimes': {
    handle: (_, { location }) =>
      location === 'northeurope' ? [{ version: '22' }] : [{ version: '22' }, { version: '24' }],
  },
  'group show': {
    handle: ({ groups }, { name }) =>
      groups.find((each) => each.name === name) ?? missing('ResourceGroupNotFound'),
  },
  'group list': { handle: ({ groups }) => groups },
  'group create': {
    changes: true,
    handle: ({ groups }, { name, location }) => {
      groups.push({ name: String(name), location: String(location) })
    },
  },
  'ad signed-in-user show': { handle: ({ me }) => me },
  'bicep build-params': {
    handle: ({ isOld }, { file }) => {
      if (isOld) refuse("'build-params' is misspelled or not recognized by the system.")
      const parameters = parseParameterFile(readFileSync(String(file), 'utf8'))
      const named = Object.entries(parameters).map(([name, value]) => [name, { value }])
      return { parametersJson: JSON.stringify({ parameters: Object.fromEntries(named) }) }
    },
  },
  'deployment group list': {
    handle: ({ deployments, groups }, { 'resource-group': group }) =>
      groups.some(({ name }) => name === group) ? deployments : missing('ResourceGroupNotFound'),
  },
  'deployment group create': {
    changes: true,
    handle: deploy,
  },
  'deployment group what-if': {
    handle: whatIf,
  },
  'role assignment list': {
    handle: ({ storageRoles }, { scope, role }) =>
      storageRoles.filter((each) => each.scope === scope && each.role === role),
  },
  'role assignment create': {
    changes: true,
    handle: ({ storageRoles }, { 'assignee-object-id': id, role, scope }) =>
      void storageRoles.push({ principalId: String(id), role: String(role), scope: String(scope) }),
  },
  'resource list': { handle: ({ resources }) => resources },
  'resource show': { handle: showSite },
  'storage blob list': { handle: listBlobs },
  'storage blob download': {
    handle: downloadBlob,
  },
  'functionapp deployment source config-zip': {
    changes: true,
    handle: publish,
  },
  rest: {
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

/** @throws Error for a call that the documented CLI would not take: it is never an answer that the caller may expect. */
function parse(args: readonly string[]): { command: Command; values: Values } {
  const words = args.slice(0, args.findIndex(isOption) >>> 0)
  const name = words.join(' ')
  const command = commands[name] ?? refuse(`'${name}' is misspelled or not recognized by the system.`)
  const fault = faultOfAzCall(args)
  if (fault) throw new Error(fault)
  const options = documentedOptions(name) ?? []
  const values: Record<string, string | string[] | true> = {}
  for (const [option, ...given] of splitOptions(args.slice(words.length))) {
    const kind = options.find(({ spellings }) => spellings.includes(option))?.values
    const key = option.slice(2)
    if (kind === 'list') values[key] = [values[key] ?? [], given].flat() as string[]
    else values[key] = given[0] ?? true
  }
  return { command, values }
}
