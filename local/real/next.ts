import { tokenFile } from '../demonstration/next.ts'
import type { Transcript } from '../demonstration/transcript.ts'
import type { Stack } from '../stack.ts'
import { ownTenant } from './steps.ts'

/** Prints what to try next with the developer's own account, each as a line to paste. */
export function printRealNextSteps(stack: Stack, broker: string, tell: Transcript): void {
  const as = (app: string) => `-H "Authorization: Bearer $(cat ${tokenFile(stack, app)})"`
  const json = '-H "Content-Type: application/json"'
  const tenant = `${broker}/v1/tenants/${ownTenant}`
  const lines: [what: string, command: string][] = [
    ['A token, as your backend asks for it', `curl -s ${as('demo-app')} ${tenant}/token`],
    ['Your accounts', `curl -s ${as('demo-app')} ${tenant}/accounts`],
    [
      'A call through the broker',
      `curl -s -X POST ${as('demo-app')} ${json} -d '{"UserId":null}' ${tenant}/ads/customerManagement/User/Query`,
    ],
    ['Does everything work?', `curl -s -X POST ${as('demo-app')} ${json} -d '{}' ${tenant}/diagnosis`],
    ['Forget the account; its grant leaves the vault', `curl -s -X DELETE ${as('demo-app')} ${tenant}`],
  ]
  for (const [what, command] of lines) tell({ event: 'try', what, command })
}
