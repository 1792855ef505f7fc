import { expect, test } from 'vitest'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import type { DiagnosisContext, FailedCall } from '../../shared/diagnosis/facts.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import cases from '../cases/diagnosis.json' with { type: 'json' }

/** The accounts of the local stack's tenant `agency` after the demonstration (local/advertising/seeds.ts). */
const reached = [
  ['180333001', 'C0333001', '250000333', '250000333', true],
  ['180333002', 'C0333002', '250000333', '250000333', true],
  ['180444111', 'C0444111', '250000333', '250000444', true],
  ['180222001', 'C0222001', '250000222', '250000222', true],
  ['180222002', 'C0222002', '250000222', '250000222', false],
  ['180222003', 'C0222003', '250000222', '250000222', false],
] as const

const now = new Date('2026-11-28T14:00:00Z')
const agency: DiagnosisContext = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts(
    reached.map(([accountId, number, customerId, ownerCustomerId, usable]) => ({
      accountId,
      number,
      customerId,
      ownerCustomerId,
      usable,
    })),
  ),
  tokenExpiresAt: new Date('2026-11-28T14:50:00Z'),
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now,
}

/** One verdict in the case file is in words. */
const inWords: Readonly<Record<string, string>> = { 'wrong host': 'wrong_host' }

test.each(cases.map((one) => [one.id, one.from, one] as const))(
  '%s (%s) is judged as expected',
  (_id, _from, one) => {
    const { verdict } = diagnoseFailedCall(one.call as FailedCall, agency)
    expect(one.expected.map((expected) => inWords[expected] ?? expected)).toContain(verdict)
  },
)
