/**
 * The Azure CLI as a program, with the state in the file AZ_STATE. Its tokens for the vault come from the local identity
 * at AZ_IDENTITY_ENDPOINT.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { AzError } from '../../scripts/azure/az.ts'
import { createAzure } from './azure.ts'
import { faultOfAzCall } from './faultOfAzCall.ts'
import type { AzureState } from './state.ts'

const args = process.argv.slice(2)
const { AZ_STATE: file = '', AZ_IDENTITY_ENDPOINT, AZ_IDENTITY_HEADER = '' } = process.env

async function getAccessToken(): Promise<unknown> {
  const resource = args[args.indexOf('--resource') + 1] ?? ''
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource })
  const headers = { 'X-IDENTITY-HEADER': AZ_IDENTITY_HEADER }
  const answer = await fetch(`${AZ_IDENTITY_ENDPOINT}?${query}`, { headers })
  const { access_token, expires_on } = (await answer.json()) as { access_token: string; expires_on: string }
  const expiresOn = new Date(Number(expires_on) * 1000).toISOString()
  return { accessToken: access_token, expiresOn, expires_on: Number(expires_on), tokenType: 'Bearer' }
}

async function runCommand(): Promise<unknown> {
  const fault = faultOfAzCall(args)
  if (fault) throw new Error(fault)
  if (args.slice(0, 2).join(' ') === 'account get-access-token') return getAccessToken()
  const state = JSON.parse(readFileSync(file, 'utf8')) as AzureState
  // What every command of the setup has; the program prints nothing else.
  const own = args.filter(
    (each, at) => !['--only-show-errors', '--output'].includes(each) && args[at - 1] !== '--output',
  )
  try {
    return await createAzure(state)(...own)
  } finally {
    writeFileSync(file, JSON.stringify(state))
  }
}

try {
  const answer = await runCommand()
  if (answer !== undefined) console.log(JSON.stringify(answer))
} catch (error) {
  if (!(error instanceof AzError)) throw error
  console.error(error.text)
  process.exitCode = 1
}
