import { afterAll, beforeAll, expect, test } from 'vitest'
import { people } from '../../local/people.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
const grace = 'grace@contoso.example'
test('measure', { timeout: 900_000 }, async () => {
  const objectId = people.find(({ username }) => username === grace)?.objectId
  const { settings } = world.stack.parts.azurite.service.control
  let have = 0
  for (const count of [1, 300, 30_000]) {
    await world.advertising.control('POST', 'accounts', {
      environment: 'production',
      objectId,
      count: count - have,
    })
    have = count
    for (const milliseconds of [100, 4500]) {
      await world.advertising.control('POST', 'faults', { kind: 'slow', milliseconds })
      Object.assign(settings, { throttling: true, entitiesPerSecond: 2000 })
      const tenant = world.newTenant()
      const started = Date.now()
      const visit = await world.connect(tenant, grace, { accountChoice: 'app' })
      const seconds = (Date.now() - started) / 1000
      await world.advertising.clear()
      const told = Object.fromEntries(new URL(visit.url).searchParams)
      let ready = 0
      if (told.accounts_outstanding) {
        while (ready < 120) {
          const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
          if (!body.accounts.outstanding) break
          await new Promise((r) => setTimeout(r, 1000))
          ready++
        }
      }
      settings.throttling = false
      console.log('RESULT', JSON.stringify({ count, milliseconds, seconds, told, writtenAfter: ready }))
      expect(told.status).toBe('connected')
    }
  }
})
