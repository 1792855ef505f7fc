import { expect, test } from 'vitest'
import { maxChoiceFormBytes } from '../../shared/choice/form.ts'
import { allSettings } from '../../shared/settings.ts'
import { registeredRoutes } from './registeredRoutes.ts'

const mebibyte = 1024 * 1024

test('the broker reads 64 KiB of JSON, 256 KiB of a choice of accounts, and 1 MiB of a diagnosis', async () => {
  const larger = (await registeredRoutes()).flatMap(({ operations, path }) =>
    Object.entries(operations).flatMap(([method, { maxBodyBytes }]) =>
      maxBodyBytes ? [[`${method} ${path}`, maxBodyBytes]] : [],
    ),
  )
  expect(Object.fromEntries(larger)).toEqual({
    'PUT v1/tenants/{tenant}/accounts/selection': mebibyte / 4,
    'POST v1/tenants/{tenant}/diagnosis': mebibyte,
  })
  expect(maxChoiceFormBytes).toBe(mebibyte / 4)
  const ordinary = allSettings().find(({ name }) => name === 'MAX_BODY_BYTES')
  expect(Number(ordinary?.default)).toBe(mebibyte / 16)
})
