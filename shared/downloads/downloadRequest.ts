import * as z from 'zod'
import { accountName } from '../domain/account.ts'
import { changedSince, entities, entityCampaigns } from './entityRequest.ts'
import { report } from './reportRequest.ts'

/** The body of a request for a download. */
export const downloadBody = z
  .strictObject({
    report: report.optional(),
    entities: entities.optional(),
    campaigns: entityCampaigns.optional(),
    changedSince: changedSince.optional(),
    accountId: accountName.optional(),
  })
  .refine((body) => Boolean(body.report) !== Boolean(body.entities), 'needs `report` or `entities`, not both')
  .refine(
    (body) => body.entities || !(body.changedSince || body.campaigns),
    '`changedSince` and `campaigns` go with `entities`',
  )
  .meta({ id: 'DownloadRequest', description: 'A report or entities to download.' })

/** What an app wants to download. */
export type DownloadWish = z.infer<typeof downloadBody>
