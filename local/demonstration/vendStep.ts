import { nameOf } from './demo.ts'
import type { Step } from './steps.ts'

/** The step that vends for a tenant and keeps the answer as `vend`. @param path the tenant's path. */
export function vendStep(path: string): Step {
  return {
    name: 'vend',
    title: 'The app asks for a token',
    async run(demo) {
      const vend = await demo.call(`${path}/token`)
      demo.memory.set('vend', vend)
      return {
        happened: `GET ${path}/token: access token ${nameOf(vend.accessToken)} for ${vend.expiresIn} s, developer token, customer ${vend.customerId}, account ${vend.accountId}.`,
        proves: 'One call brings all three credentials and both ids, as headers that are ready to use.',
      }
    },
  }
}
