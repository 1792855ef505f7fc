import { expect, test } from 'vitest'
import { readPendingGrant } from '../../shared/connect/readPendingGrant.ts'
import { connected, name, pendingOf } from '../simulation/ground.ts'
import { accountOf, connectGround } from './connectGround.ts'

const five = ['1', '2', '3', '4', '5'].map((accountId) => accountOf(accountId))

/** A tenant with five accounts, and a pending consent with one of them and another one. */
async function waiting() {
  const own = connectGround()
  await own.create({
    ...connected('vault:x'),
    accountsGeneration: 'before',
    pendingGrant: await pendingOf(own, 'code'),
  })
  await own.accounts.write(name, 'before', five)
  await own.accounts.write(name, 'g', [accountOf('5'), accountOf('6')])
  const page = (asked: { continuation?: string | undefined } = {}) =>
    readPendingGrant(own as never, name, 'session', { limit: 2, ...asked })
  return { ...own, page }
}

test('a pending consent shows the changes, and the lost accounts page by page', async () => {
  const { page } = await waiting()
  const first = await page()
  expect(first).toMatchObject({
    ...{ session: 'session', userChanged: true, previousUser: 'h', accounts: 2 },
    ...{ counts: { appeared: 1, lost: 4 }, lost: [{ accountId: '1' }, { accountId: '2' }] },
  })
  const second = await page({ continuation: first.continuation })
  expect(second.lost.map(({ accountId }) => accountId)).toEqual(['3', '4'])
  expect(second).not.toHaveProperty('continuation')
  expect(await page({ continuation: 'x' })).toEqual(first)
})

test('a consent that is not pending is not found', async () => {
  const own = connectGround()
  const ask = () => readPendingGrant(own as never, name, 'session', { limit: 2 })
  await expect(ask()).rejects.toMatchObject({ code: 'tenant_not_found' })
  await own.create()
  await expect(ask()).rejects.toMatchObject({ code: 'connect_session_not_found' })
})
