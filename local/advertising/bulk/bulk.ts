import { randomUUID } from 'node:crypto'
import type { ReadyFile } from '../downloads/downloads.ts'
import { parseFlags } from '../flags.ts'
import { campaignsOf, countKeywords } from '../inventory/entities.ts'
import { type JsonObject, parseId } from '../json.ts'
import { answer, type Call, type Operation, type Reply, refuse, refuseInput } from '../operation.ts'
import type { Makers } from '../reporting.ts'
import { opens, rolesOf } from '../world.ts'
import { downloadEntities } from './columns.ts'
import { bulkText } from './file.ts'

interface Download {
  readonly objectId: string
  readonly accountId: bigint
  readonly requestedAt: number
  file: ReadyFile | 'failed' | 'fullSyncRequired' | undefined
  polls: number
}

/** A request id lives two days, and a delta may start 30 days ago (bulk-service/downloadcampaignsbyaccountids). */
const [lifeMilliseconds, deltaMilliseconds] = [2 * 86_400_000, 30 * 86_400_000]

/** Up to so long 4204 lasts (guides/bulk-download-upload#downloadbestpractices). */
const spanMilliseconds = 900_000

/** The most campaigns of a request (bulk-service/downloadcampaignsbycampaignids); that more get 201 is an assumption. */
const maxCampaigns = 1000

/** The most keywords of an account; more get 3207 (bulk-service/downloadcampaignsbyaccountids). */
const maxKeywords = 4_000_000

/**
 * The operations of `/Bulk/v13`. A download is in progress on its first `pendingPolls` polls, and until its file is made.
 * 4201 for an unknown or expired request and 106 for another user's are assumptions.
 */
export function createBulk(makers: Makers): Readonly<Record<string, Operation>> {
  const requests = new Map<string, Download>()
  return {
    '/Campaigns/DownloadByAccountIds': (call) => request(requests, makers, { call, ...byAccount(call) }),
    '/Campaigns/DownloadByCampaignIds': (call) => request(requests, makers, { call, ...byCampaigns(call) }),
    '/BulkDownloadStatus/Query': (call) => query(requests, makers, call),
  }
}

/** The account that is downloaded, and of which campaigns; null for all. No account if the call names none, or several. */
interface Scope {
  readonly accountId: bigint | undefined
  readonly campaignIds: ReadonlySet<string> | null
}

function byAccount({ body }: Call): Scope {
  const ids = Array.isArray(body.AccountIds) ? body.AccountIds.map(parseId) : []
  return { accountId: ids.length === 1 ? (ids[0] ?? undefined) : undefined, campaignIds: null }
}

function byCampaigns({ body }: Call): Scope {
  const scopes = (Array.isArray(body.Campaigns) ? body.Campaigns : []) as JsonObject[]
  const accounts = new Set(scopes.map(({ ParentAccountId }) => parseId(ParentAccountId)))
  const [accountId] = accounts
  const isOne = accounts.size === 1 && scopes.length <= maxCampaigns
  const campaignIds = new Set(scopes.map(({ CampaignId }) => String(CampaignId)))
  return { accountId: isOne ? (accountId ?? undefined) : undefined, campaignIds }
}

function request(
  requests: Map<string, Download>,
  makers: Makers,
  { call, accountId, campaignIds }: Scope & { readonly call: Call },
): Reply {
  const { inventories, clock, manner } = makers
  const now = clock.now()
  const { CompressionType = 'Zip', DownloadFileType = 'Csv' } = call.body
  if (accountId === undefined) return refuseInput('apiInputValidationError')
  const account = call.directory.accounts.get(accountId)
  if (!account || !rolesOf(call.identity).some((role) => opens(role, account)))
    return refuse('userIsNotAuthorized')
  const parsed = parseWanted(call, now)
  if ('fault' in parsed) return refuseInput(parsed.fault)
  const wanted = { ...parsed, campaignIds }
  const inventory = inventories.of(accountId)
  if (!campaignIds && countKeywords(inventory) > maxKeywords) {
    return refuseInput('accountTooBig', [...campaignsOf(inventory)].map(({ id }) => id).join(','))
  }
  const since = now.getTime() - spanMilliseconds
  const latest = [...requests.values()].filter(
    (one) => one.accountId === accountId && one.requestedAt > since,
  )
  if (latest.length >= manner.maxBulkDownloads) return refuseInput('bulkNoMoreCallsPermitted')
  const id = randomUUID()
  const { objectId } = call.identity
  const download: Download = { objectId, accountId, requestedAt: now.getTime(), file: undefined, polls: 0 }
  requests.set(id, download)
  if (wanted.since && inventory.migratedAt && wanted.since < inventory.migratedAt)
    download.file = 'fullSyncRequired'
  else {
    const separator = DownloadFileType === 'Tsv' ? '\t' : ','
    const text = bulkText(inventory, wanted, {
      customerId: account.parentCustomerId,
      separator,
      syncTime: now,
    })
    const packing = CompressionType === 'GZip' ? 'gzip' : manner.zip
    makers.downloads.pack(`${id}.${separator === ',' ? 'csv' : 'tsv'}`, text, packing).then(
      (file) => {
        download.file = file
      },
      () => {
        download.file = 'failed'
      },
    )
  }
  return answer({ DownloadRequestId: id })
}

function parseWanted({ body }: Call, now: Date) {
  const { DownloadEntities, DataScope, FormatVersion, LastSyncTimeInUTC } = body
  if (!FormatVersion) return { fault: 'bulkFormatVersionRequired' } as const
  if (FormatVersion !== '6.0') return { fault: 'bulkFormatVersionNotSupported' } as const
  const entities = (Array.isArray(DownloadEntities) ? DownloadEntities : []).map(String)
  if (entities.length === 0) return { fault: 'bulkMinimumEntities' } as const
  if (entities.some((name) => !downloadEntities[name])) return { fault: 'bulkUnsupportedEntities' } as const
  const scopes = parseFlags(DataScope ?? 'EntityData', [
    'EntityData',
    'QualityScoreData',
    'BidSuggestionsData',
  ])
  const withQuality = scopes?.has('QualityScoreData') ?? false
  if (!scopes || (withQuality && LastSyncTimeInUTC)) return { fault: 'bulkDataScopeInvalid' } as const
  const since = LastSyncTimeInUTC ? new Date(utc(String(LastSyncTimeInUTC))) : null
  if (since && Number.isNaN(since.getTime())) return { fault: 'invalidDateObject' } as const
  if (since && since > now) return { fault: 'bulkLastSyncInFuture' } as const
  if (since && now.getTime() - since.getTime() > deltaMilliseconds)
    return { fault: 'bulkLastSyncTooOld' } as const
  const types = new Set(entities.flatMap((name) => downloadEntities[name]!))
  return { types, since, withQuality }
}

/** A time without a zone is UTC. */
function utc(text: string): string {
  return /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`
}

function query(requests: Map<string, Download>, makers: Makers, { body, identity, serviceUrl }: Call): Reply {
  const { clock, manner, downloads } = makers
  const download = requests.get(String(body.RequestId))
  if (!download || clock.now().getTime() - download.requestedAt > lifeMilliseconds)
    return refuseInput('bulkInvalidRequestId')
  if (download.objectId !== identity.objectId) return refuse('userIsNotAuthorized')
  download.polls += 1
  const { file, polls } = download
  const status = (RequestStatus: string, PercentComplete: number, ResultFileUrl: string | null = null) =>
    answer({ Errors: [], ForwardCompatibilityMap: [], PercentComplete, RequestStatus, ResultFileUrl })
  if (polls <= manner.pendingPolls)
    return status('InProgress', Math.floor((100 * polls) / (manner.pendingPolls + 1)))
  if (file === undefined) return status('InProgress', 99)
  if (file === 'failed') return status('Failed', 0)
  if (file === 'fullSyncRequired') return status('FailedFullSyncRequired', 0)
  return status('Completed', 100, downloads.address(serviceUrl, file))
}
