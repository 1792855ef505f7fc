import { describe, expect, test } from 'vitest'
import { listAccounts, viewAccount } from '../../shared/accounts/list.ts'
import { accountsSchema } from '../../shared/advertising/customerManagementSchemas.ts'
import { ianaTimeZone } from '../../shared/advertising/timeZones.ts'
import { connected, name } from '../simulation/ground.ts'
import { accountOf, connectGround } from './connectGround.ts'

/** Microsoft's names by the offset from UTC, in hours, that guides/time-zones.md gives them. */
const documentedOffsets: readonly (readonly [number, string])[] = [
  [-12, 'InternationalDateLineWest'],
  [-11, 'MidwayIslandAndSamoa'],
  [-10, 'Hawaii'],
  [-9, 'Alaska'],
  [-8, 'PacificTimeUSCanadaTijuana'],
  [-7, 'Arizona ChihuahuaLaPazMazatlan MountainTimeUSCanada'],
  [-6, 'CentralAmerica CentralTimeUSCanada GuadalajaraMexicoCityMonterrey Saskatchewan'],
  [-5, 'BogotaLimaQuito EasternTimeUSCanada IndianaEast'],
  [-4, 'AtlanticTimeCanada CaracasLaPaz Santiago'],
  [-3.5, 'Newfoundland'],
  [-3, 'Brasilia BuenosAiresGeorgetown Greenland'],
  [-2, 'MidAtlantic'],
  [-1, 'Azores CapeVerdeIsland'],
  [0, 'CasablancaMonrovia GreenwichMeanTimeDublinEdinburghLisbonLondon'],
  [
    1,
    'AmsterdamBerlinBernRomeStockholmVienna BelgradeBratislavaBudapestLjubljanaPrague BrusselsCopenhagenMadridParis SarajevoSkopjeWarsawZagreb WestCentralAfrica',
  ],
  [2, 'AthensBuckarestIstanbul Bucharest Cairo HararePretoria HelsinkiKyivRigaSofiaTallinnVilnius Jerusalem'],
  [3, 'Baghdad KuwaitRiyadh MoscowStPetersburgVolgograd Nairobi'],
  [3.5, 'Tehran'],
  [4, 'AbuDhabiMuscat BakuTbilisiYerevan'],
  [4.5, 'Kabul'],
  [5, 'Ekaterinburg IslamabadKarachiTashkent'],
  [5.5, 'ChennaiKolkataMumbaiNewDelhi SriJayawardenepura'],
  [5.75, 'Kathmandu'],
  [6, 'AlmatyNovosibirsk AstanaDhaka'],
  [6.5, 'Rangoon'],
  [7, 'BangkokHanoiJakarta Krasnoyarsk'],
  [8, 'BeijingChongqingHongKongUrumqi IrkutskUlaanBataar KualaLumpurSingapore Perth Taipei'],
  [9, 'OsakaSapporoTokyo Seoul Yakutsk'],
  [9.5, 'Adelaide Darwin'],
  [10, 'Brisbane CanberraMelbourneSydney GuamPortMoresby Hobart Vladivostok'],
  [11, 'SolomonIslandNewCaledonia'],
  [12, 'AucklandWellington FijiKamchatkaMarshallIsland'],
  [13, 'Nukualofa'],
]

/** No place in these names has the documented offset any longer (IANA 2016d, 2023a). */
const movedAway = new Map([
  ['AlmatyNovosibirsk', 7],
  ['Greenland', -2],
])

const namesWithOffset = documentedOffsets.flatMap(([hours, names]) =>
  names.split(' ').map((zone): [string, number] => [zone, movedAway.get(zone) ?? hours]),
)

/** Hours from UTC, without daylight saving time. */
function standardOffset(timeZone: string): number {
  const hoursIn = (month: number) => {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
      new Date(Date.UTC(2026, month, 15)),
    )
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60)
  }
  return Math.min(hoursIn(0), hoursIn(6))
}

describe('a time zone of Microsoft Advertising', () => {
  test.each(namesWithOffset)('%s is an IANA zone with its offset, %d h', (zone, hours) => {
    expect(standardOffset(ianaTimeZone(zone) ?? 'none')).toBe(hours)
  })

  test.each(['', 'PacificTime', 'toString', '__proto__'])('%j has no IANA name', (zone) => {
    expect(ianaTimeZone(zone)).toBeUndefined()
  })
})

describe('an account as SearchAccounts sends it', () => {
  const sent = { Id: '1', ParentCustomerId: '10', CurrencyCode: 'EUR', TimeZone: 'Alaska' }
  const read = (more: object) => accountsSchema.parse({ Accounts: [{ ...sent, ...more }] })[0]

  test('has its currency, time zone, financial status, and last change', () => {
    const more = { AccountFinancialStatus: 'Hold', LastModifiedTime: '2026-11-01T09:00:00.000' }
    expect(read(more)).toMatchObject({
      ...{ currencyCode: 'EUR', timeZone: 'Alaska', financialStatus: 'Hold' },
      lastModifiedAt: '2026-11-01T09:00:00.000Z',
    })
  })

  test.each([
    ['2026-11-01T09:00:00Z', '2026-11-01T09:00:00.000Z'],
    ['2026-11-01T09:00:00.12', '2026-11-01T09:00:00.120Z'],
    ['2026-11-01T09:00:00+02:00', '2026-11-01T07:00:00.000Z'],
  ])('changed at %s', (LastModifiedTime, at) => {
    expect(read({ LastModifiedTime })?.lastModifiedAt).toBe(at)
  })

  test.each([null, '', 'yesterday', undefined])('has no last change for %j', (LastModifiedTime) => {
    expect(read({ LastModifiedTime })).not.toHaveProperty('lastModifiedAt')
  })

  test('lacks what Microsoft doesn’t send', () => {
    const account = read({ CurrencyCode: null, TimeZone: undefined, AccountFinancialStatus: '' })
    for (const member of ['currencyCode', 'timeZone', 'financialStatus'])
      expect(account).not.toHaveProperty(member)
  })
})

describe('one account', () => {
  const details = {
    ...{
      currencyCode: 'USD',
      timeZone: 'PacificTimeUSCanadaTijuana',
      financialStatus: 'ClearFinancialStatus',
    },
    lastModifiedAt: '2026-11-01T09:00:00.000Z',
  }
  async function tenantWithAccounts() {
    const own = connectGround()
    const defaultAccount = { accountId: '1', customerId: '10' }
    await own.create({ ...connected('vault:x'), accountsGeneration: 'g', defaultAccount })
    const accounts = [
      accountOf('1', { number: 'B1', ...details }),
      accountOf('2', { number: 'B2', selected: false }),
    ]
    await own.accounts.write(name, 'g', accounts)
    return own
  }

  test.each(['1', 'b1'])('is found by %s, with both names of its time zone', async (wanted) => {
    const own = await tenantWithAccounts()
    expect(await viewAccount(own.dependencies, name, wanted)).toMatchObject({
      ...details,
      ...{ accountId: '1', ianaTimeZone: 'America/Los_Angeles', selected: true, default: true },
    })
  })

  test('is the same as in the list', async () => {
    const own = await tenantWithAccounts()
    const { accounts } = await listAccounts(own.dependencies, name, { limit: 10 })
    for (const account of accounts)
      expect(await viewAccount(own.dependencies, name, account.accountId)).toEqual(account)
    expect(accounts).toHaveLength(2)
  })

  test('that was discovered by an earlier version, and not chosen, says what is known', async () => {
    const own = await tenantWithAccounts()
    const account = await viewAccount(own.dependencies, name, '2')
    expect(account).toMatchObject({ selected: false, default: false })
    for (const member of ['timeZone', 'ianaTimeZone', 'currencyCode'])
      expect(account).not.toHaveProperty(member)
  })

  test('that the tenant can’t reach, or of no tenant, isn’t found', async () => {
    const own = await tenantWithAccounts()
    await expect(viewAccount(own.dependencies, name, '3')).rejects.toMatchObject({
      code: 'account_not_found',
    })
    const stranger = { ...name, tenant: 'stranger' }
    await expect(viewAccount(own.dependencies, stranger, '1')).rejects.toMatchObject({
      code: 'tenant_not_found',
    })
  })
})
