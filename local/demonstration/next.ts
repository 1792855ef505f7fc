import { relative } from 'node:path'
import { agency } from '../advertising/seeds.ts'
import { appTokenRequest } from '../callers.ts'
import { people } from '../people.ts'
import { defaultPorts } from '../settings.ts'
import type { Stack } from '../stack.ts'
import { advertiser } from './advertiser.ts'
import { agencyTenant } from './agency.ts'
import { exportLines, libraryVariables } from './libraries.ts'
import { reportCommand } from './report.ts'
import type { Transcript } from './transcript.ts'

/** The file with an app's bearer token, relative to the folder of `npm start`. */
export function tokenFile(stack: Stack, app: string): string {
  return relative(process.cwd(), `${stack.folder}/${app}.token`)
}

/** Prints the address of every running part. */
export function printAddresses({ parts }: Stack, broker: string | undefined, tell: Transcript): void {
  if (broker) tell({ event: 'listening', what: capital(defaultPorts.broker.what), origin: broker })
  const { azurite, ...others } = parts
  const running = Object.entries(others).filter(([, part]) => part.isRunning())
  for (const [name, { origin }] of running) {
    const { what } = defaultPorts[name as keyof typeof others]
    tell({ event: 'listening', what: capital(what), origin })
  }
  const { secureOrigin = '' } = parts.signIn.service
  tell({ event: 'listening', what: capital(defaultPorts.secureSignIn.what), origin: secureOrigin })
  for (const name of ['blob', 'queue', 'table'] as const) {
    const origin = `http://127.0.0.1:${azurite.service.ports[name]}`
    tell({ event: 'listening', what: capital(defaultPorts[name].what), origin })
  }
}

/** Prints commands to try next, each as a line to paste. */
export function printNextSteps(stack: Stack, broker: string, tell: Transcript): void {
  const as = (app: string) => `-H "Authorization: Bearer $(cat ${tokenFile(stack, app)})"`
  const json = '-H "Content-Type: application/json"'
  const tenants = `${broker}/v1/tenants`
  const signIn = stack.parts.signIn.origin
  const session = JSON.stringify({ environment: 'production', returnUrl: stack.returnUrl })
  const linked = `${agencyTenant.tenant}/token?accountId=${agency.linkedAccountId}`
  const fault = JSON.stringify({ endpoint: 'token', kind: 'temporarilyUnavailable' })
  const user = JSON.stringify({ username: advertiser.username })
  const lines: [what: string, command: string][] = [
    [
      'A token, as your backend asks for it',
      `curl -s ${as('demo-app')} ${tenants}/${advertiser.tenant}/token`,
    ],
    ['How your own app gets its token: these are the demo app’s client ID and secret', tokenCommand(signIn)],
    [
      'The same for Azure’s and Microsoft’s libraries, in your app’s terminal; the scope is $API_CLIENT_ID/.default',
      exportLines(libraryVariables(stack, broker)),
    ],
    ['Another of an agency’s accounts', `curl -s ${as('demo-app')} "${tenants}/${linked}"`],
    [
      'Connect one yourself: open the connectUrl in a browser',
      `curl -s -X POST ${as('demo-app')} ${json} -d '${session}' ${tenants}/mine/connect-sessions`,
    ],
    [
      'A report as rows',
      `BROKER_URL=${broker} npm run -s broker -- ${reportCommand} --token-file ${tokenFile(stack, 'demo-app')}`,
    ],
    ['What happened to a tenant', `curl -s ${as('demo-app')} ${tenants}/${advertiser.tenant}/events`],
    ['Is everything in place?', `curl -s ${as('demo-operator')} ${broker}/ready`],
    ['Refresh whatever is due now', `curl -s -X POST ${as('demo-operator')} ${broker}/v1/sweeps`],
    ['Let the sign-in fail once', `curl -s -X POST ${json} -d '${fault}' ${signIn}/_control/faults`],
    [
      'Let Ada take back her consent; the next refresh finds out',
      `curl -s -X POST ${json} -d '${user}' ${signIn}/_control/revoke`,
    ],
  ]
  for (const [what, command] of lines) tell({ event: 'try', what, command })
  const names = people.map(({ username }) => username).join(', ')
  tell({ event: 'note', text: `Who can sign in: ${names}; the password is ${people[0]?.password}.` })
}

/** In three lines, because the values are for copying. */
function tokenCommand(signInOrigin: string): string {
  const { url, form } = appTokenRequest(signInOrigin, 'demo-app')
  const { client_id, client_secret, ...rest } = form
  const fields = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([name, value]) => `-d ${name}=${value}`)
      .join(' ')
  return [`curl -s ${url}`, fields({ client_id, client_secret }), fields(rest)].join(' \\\n  ')
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
