import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type Contract, type ContractOperation, resolveResponse } from '../../shared/contract/document.ts'
import { samplesOf } from '../../shared/contract/samples.ts'
import { openWorld, type World } from './world.ts'

let world: World
let contract: Contract
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
  contract = (await world.call('GET', '/openapi.json', { token: '' })).body
})

afterAll(() => world.close())

/** The contract's schema for an answer, as a standalone schema. */
function schemaOf(operation: ContractOperation, status: number, type: string): z.ZodType {
  const schema = resolveResponse(contract, operation.responses[status])?.content?.[type]?.schema
  if (!schema) throw new Error(`the contract knows no ${type} with ${status}`)
  const whole = JSON.stringify({ ...schema, $defs: contract.components.schemas })
  return z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')))
}

function operationAt(method: string, path: string): ContractOperation {
  const operation = contract.paths[path]?.[method.toLowerCase()]
  if (!operation) throw new Error(`the contract has no ${method} ${path}`)
  return operation
}

describe('the broker’s answer', () => {
  test.each([
    ['GET', '/v1/tenants'],
    ['GET', '/v1/tenants/{tenant}'],
    ['GET', '/v1/tenants/{tenant}/token'],
    ['GET', '/v1/tenants/{tenant}/accounts'],
    ['GET', '/v1/tenants/{tenant}/events'],
    ['GET', '/health'],
  ])('to %s %s matches its contract', async (method, path) => {
    const answer = await world.call(method, path.replace('{tenant}', tenant))
    expect(answer.status).toBe(200)
    const schema = schemaOf(operationAt(method, path), 200, 'application/json')
    expect(schema.safeParse(answer.body).error).toBeUndefined()
  })

  test.each([
    ['GET', '/v1/tenants/{tenant}', '/v1/tenants/nobody', undefined],
    ['GET', '/v1/tenants/{tenant}/token', '/v1/tenants/nobody/token?minValidity=much', undefined],
    ['GET', '/v1/tenants/{tenant}/token', '/v1/tenants/nobody/token', ''],
    ['POST', '/v1/sweeps', '/v1/sweeps', undefined],
  ])('to %s %s if it fails: %s', async (method, path, asked, token) => {
    const answer = await world.call(method, asked, token === undefined ? {} : { token })
    const schema = schemaOf(operationAt(method, path), answer.status, 'application/problem+json')
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(schema.safeParse(answer.body).error).toBeUndefined()
  })
})

describe('every operation of the contract', () => {
  test('exists: a method that is not in the contract gets 405 with Allow', async () => {
    for (const [path, methods] of Object.entries(contract.paths)) {
      const missing = ['get', 'post', 'put', 'delete', 'patch'].find((method) => !(method in methods))
      if (!missing) continue
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      const answer = await world.call(missing.toUpperCase(), url, { token: '' })
      expect({ path, status: answer.status }).toEqual({ path, status: 405 })
      const allowed = answer.headers.get('allow')?.toLowerCase() ?? ''
      for (const method of Object.keys(methods)) expect(allowed).toContain(method)
    }
  })

  test('that has a role refuses an unknown caller with 401', async () => {
    for (const [path, methods] of Object.entries(contract.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (security.length === 0 || method === 'head' || method === 'options') continue
        const url = path.replaceAll(/\{\w+\}/g, 'x')
        const answer = await world.call(method.toUpperCase(), url, { token: '' })
        expect({ path, method, status: answer.status }).toEqual({ path, method, status: 401 })
      }
    }
  })
})

describe('a sample of the docs', () => {
  const run = promisify(execFile)
  /** Runs a sample with the broker's token, and returns what it prints. */
  const runners: Record<string, (code: string, token: string) => Promise<{ stdout: string }>> = {
    curl: (code, token) => run('sh', ['-c', code], { env: { ...process.env, BROKER_TOKEN: token } }),
    TypeScript: (code, token) =>
      run(process.execPath, [
        '--input-type=module',
        '-e',
        `const brokerToken = '${token}'\n${code}\nconsole.log(JSON.stringify(answer))`,
      ]),
    Python: (code, token) =>
      run('python3', [
        '-c',
        `import json, urllib.request\nbroker_token = '${token}'\n${code}\nprint(json.dumps(answer))`,
      ]),
  }

  test.each([
    ['get', '/v1/tenants/{tenant}/token', 'accessToken'],
    ['get', '/v1/tenants/{tenant}/accounts', 'accounts'],
    ['post', '/v1/tenants/{tenant}/ads/{service}/{path}', 'Campaigns'],
  ])('works as it is: %s %s', async (method, path, member) => {
    const token = await world.stack.callerToken('demo-app')
    const here = { ...contract, servers: [{ url: world.origin }] }
    const { accountId } = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
    const fill = (code: string) => code.replaceAll('/acme/', `/${tenant}/`).replaceAll('180001001', accountId)
    for (const { language, code } of samplesOf(here, path, method)) {
      const runner = runners[language]
      if (!runner) continue
      const { stdout } = await runner(fill(code), token)
      expect(JSON.parse(stdout), language).toHaveProperty(member)
    }
  })
})

describe('the docs page', () => {
  test('is open to anyone and leads to each problem’s code', async () => {
    const page = await world.call('GET', '/docs', { token: '' })
    const problem = await world.call('GET', '/v1/tenants/nobody')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.body).toContain(`id="${String(problem.body.type).replace('/docs#', '')}"`)
  })
})
