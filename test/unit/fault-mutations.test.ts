import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FaultEvidence } from '../../shared/advertising/faultEvidence.ts'
import { readFault } from '../../shared/advertising/faults.ts'
import { judgeFault } from '../../shared/advertising/judgeFault.ts'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import type { DiagnosisContext, FailedCall } from '../../shared/diagnosis/facts.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import cases from '../cases/diagnosis.json' with { type: 'json' }

const own = {
  accountId: '180333001',
  number: 'C0333001',
  customerId: '250000333',
  ownerCustomerId: '250000333',
  usable: true,
}
const context: DiagnosisContext = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts([own]),
  tokenExpiresAt: new Date('2026-11-28T14:50:00Z'),
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now: new Date('2026-11-28T14:00:00Z'),
}

type Body = Record<string, unknown>
type Mutation = (body: Body) => unknown

const rename = (change: (name: string) => string) => (body: Body) =>
  JSON.parse(JSON.stringify(body), (_key, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [change(name), member]))
      : value,
  )

/** Ten forms in which the same answer appears on a screen; all have the same meaning. */
const mutations: Readonly<Record<string, Mutation>> = {
  'written out': (body) => JSON.stringify(body, null, 4),
  'in a Python dictionary': (body) =>
    JSON.stringify(body)
      .replaceAll("'", '’')
      .replaceAll('"', "'")
      .replaceAll('null', 'None')
      .replaceAll('true', 'True'),
  'with names in lower case': rename((name) => name.toLowerCase()),
  'with names in camelCase': rename((name) => name.charAt(0).toLowerCase() + name.slice(1)),
  'wrapped in detail': (body) => ({ detail: body }),
  'wrapped twice': (body) => ({ response: { data: body } }),
  'escaped in a string': (body) => JSON.stringify(JSON.stringify(body)),
  'behind a log’s prefix': (body) => `2026-11-28T14:00:00Z ERROR ads call failed ${JSON.stringify(body)}`,
  'with more members': (body) => ({ ...body, retries: 3, host: 'worker-1', elapsedMs: 120 }),
  'with its members turned round': (body) => Object.fromEntries(Object.entries(body).toReversed()),
}

/** Verdicts that are right for any cause but less specific. */
const lessDefinite: ReadonlySet<string> = new Set(['unexplained', 'access_refused'])

const known = cases.filter(({ call }) => typeof call.body === 'object' && call.body !== null)

test('a known answer in ten forms keeps its verdict or gets a less definite one, and never another actor', () => {
  expect(known.length).toBeGreaterThan(10)
  fc.assert(
    fc.property(
      fc.constantFrom(...known),
      fc.constantFrom(...Object.entries(mutations)),
      (one, [form, mutate]) => {
        const call = one.call as unknown as FailedCall & { readonly body: Body }
        const plain = diagnoseFailedCall(call, context)
        const mutated = diagnoseFailedCall({ ...call, body: mutate(call.body) }, context)
        if (lessDefinite.has(mutated.verdict)) return
        const seen = { id: one.id, form, verdict: mutated.verdict, actor: mutated.actor }
        expect(seen).toEqual({ id: one.id, form, verdict: plain.verdict, actor: plain.actor })
      },
    ),
    { numRuns: 1_000 },
  )
})

test('less evidence never names an actor other than the operator, who can find out', () => {
  const wire = {
    Errors: [{ Code: 105, ErrorCode: 'InvalidCredentials', Detail: null }],
    Type: 'AdApiFaultDetail',
  }
  const fault = readFault({ service: 'customerManagement', status: 401, bodyText: JSON.stringify(wire) })
  const evidence = fc.record(
    {
      developerToken: fc.constantFrom('proven', 'lapsed', 'unproven'),
      accessToken: fc.constantFrom('accepted', 'fresh', 'aged'),
      isPersonKnown: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<FaultEvidence>
  fc.assert(
    fc.property(evidence, fc.constantFrom('developerToken', 'accessToken'), (whole, left) => {
      const { [left]: _left, ...less } = whole
      const before = judgeFault(fault, whole)
      const after = judgeFault(fault, less)
      expect(['operator', before.actor]).toContain(after.actor)
    }),
  )
})
