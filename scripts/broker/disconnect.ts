import { createInterface } from 'node:readline/promises'
import type { TenantView } from '../../shared/tenants/view.ts'
import { UsageError } from '../commandLine.ts'
import { createTenantApi, type TenantApi } from './api.ts'
import { factsOf } from './tenants.ts'
import type { Verb } from './verb.ts'

/** Asks a person a question, and returns the answer. */
export type Ask = (question: string) => Promise<string>

/**
 * `disconnect`: destroys the tenant's grant, after a person has typed the tenant's ID.
 * @param ask undefined where there is no person; then only `--yes` disconnects.
 */
export function createDisconnect(ask: Ask | undefined): Verb {
  return async ({ values }) => {
    const api = createTenantApi({ values })
    if (!values.yes && !(await isConfirmed(api, ask))) {
      console.error('Nothing was changed.')
      return 1
    }
    const ended = await api.ask<TenantView>('DELETE')
    console.log(values.json ? JSON.stringify(ended, null, 2) : `${api.tenant} is ${ended.status}.`)
    return 0
  }
}

/** @throws UsageError without a person. */
async function isConfirmed(api: TenantApi, ask: Ask | undefined): Promise<boolean> {
  if (!ask)
    throw new UsageError(`Nothing was changed. To disconnect ${api.tenant} without being asked, pass --yes.`)
  console.error(factsOf(await api.ask<TenantView>('GET')).join('\n'))
  const question = `This destroys the grant of ${api.tenant}; someone must sign in again to connect it. Type its ID to go on: `
  return (await ask(question)).trim() === api.tenant
}

/** The person at the terminal; undefined if there is none. */
export function personAtTerminal(): Ask | undefined {
  if (!process.stdin.isTTY) return undefined
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await terminal.question(question)
    } finally {
      terminal.close()
    }
  }
}
