import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Az, AzError } from '../../scripts/azure/az.ts'
import { namespaces } from '../../scripts/setup/steps/providers.ts'
import { deploy, downloadBlob, listBlobs, publish, showSite, whatIf } from './deployments.ts'
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
  'deployment group list': {
    options: ['resource-group'],
    handle: ({ deployments, groups }, { 'resource-group': group }) =>
      groups.some(({ name }) => name === group) ? deployments : missing('ResourceGroupNotFound'),
  },
  'deployment group create': {
    options: ['resource-group', 'name', 'parameters'],
    changes: true,
    handle: deploy,
  },
  'deployment group what-if': {
    options: ['resource-group', 'name', 'parameters', 'no-pretty-print'],
    handle: whatIf,
  },
  'role assignment list': {
    options: ['scope', 'role'],
    handle: ({ storageRoles }, { scope, role }) =>
      storageRoles.filter((each) => each.scope === scope && each.role === role),
  },
  'role assignment create': {
    options: ['assignee-object-id', 'assignee-principal-type', 'role', 'scope'],
    changes: true,
    handle: ({ storageRoles }, { 'assignee-object-id': id, role, scope }) =>
      void storageRoles.push({ principalId: String(id), role: String(role), scope: String(scope) }),
  },
  'resource list': { options: ['resource-group'], handle: ({ resources }) => resources },
  'resource show': { options: ['resource-group', 'resource-type', 'name'], handle: showSite },
  'storage blob list': { options: ['auth-mode', 'account-name', 'container-name'], handle: listBlobs },
  'storage blob download': {
    options: ['auth-mode', 'account-name', 'container-name', 'name', 'file'],
    handle: downloadBlob,
  },
  'functionapp deployment source config-zip': {
    options: ['resource-group', 'name', 'src'],
    changes: true,
    handle: publish,
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

/** Options that take several values after them, as in the real CLI. */
const lists = ['headers', 'parameters']
const flags = ['wait', 'stdout', 'no-pretty-print']

function parse(args: readonly string[]): { command: Command; values: Values } {
  const words = args.slice(0, args.findIndex((each) => each.startsWith('--')) >>> 0)
  const command =
    commands[words.join(' ')] ?? refuse(`'${words.join(' ')}' is misspelled or not recognized by the system.`)
  const options = Object.fromEntries(
    command.options.map((name) => [
      name,
      {
        type: flags.includes(name) ? ('boolean' as const) : ('string' as const),
        multiple: lists.includes(name),
      },
    ]),
  )
  const { values } = parseArgs({ args: repeated(args.slice(words.length)), options, strict: true })
  return { command, values: values as Values }
}

/** `--headers a b` as `--headers a --headers b`, which Node's parser reads. */
function repeated(args: readonly string[]): string[] {
  let list = ''
  return args.flatMap((each, at) => {
    if (each.startsWith('--')) list = lists.includes(each.slice(2)) ? each : ''
    return list && each !== list && args[at - 1] !== list ? [list, each] : [each]
  })
}
