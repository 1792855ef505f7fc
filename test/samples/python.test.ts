import { execFileSync, spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { describeSample } from './describeSample.ts'

/** The SDK's own package isn't available here. */
const env = { PYTHONPATH: 'test/samples/python:samples/python', PYTHONDONTWRITEBYTECODE: '1' }

beforeAll(() => {
  if (spawnSync('python3', ['--version']).error)
    throw new Error('The Python sample is run by python3, which was not found: install Python 3.9 or newer.')
})

describeSample(
  'samples/python/broker.py',
  () => ['env', ...Object.entries(env).map((pair) => pair.join('=')), 'python3', 'samples/python/broker.py'],
  { severalTenants: true },
)

test('samples/python/broker.py keeps the SDK’s client as long as the vend is the same', () => {
  const script = `
import broker
token = "one"
class Fixed:
    def vend(self, tenant, account):
        services = {"campaignManagement": "http://localhost/production/campaign/CampaignManagement/v13"}
        return {"developerToken": "d", "headers": {"Authorization": "Bearer " + token}, "services": services}
tenant = broker.Tenant(Fixed(), "acme")
first = tenant.service("campaignManagement")
print(tenant.service("campaignManagement") is first)
token = "two"
second = tenant.service("campaignManagement")
print(second is first, second._headers["Authorization"])`
  const out = execFileSync('python3', ['-c', script], { env: { ...process.env, ...env }, encoding: 'utf8' })
  expect(out).toBe('True\nFalse Bearer two\n')
})
