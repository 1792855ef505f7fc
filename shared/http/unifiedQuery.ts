import * as z from 'zod'
import { accountName, idOfCustomer } from '../domain/account.ts'
import { type Dimension, dimensionColumns, type MetricType, metricColumns } from '../unified/report.ts'
import { daysOf } from '../unified/reportWish.ts'
import { wholeNumber } from './fields.ts'

const list = z.string().regex(/^\w{1,60}(,\w{1,60}){0,60}$/, 'must be names, separated by commas')
/** Microsoft's own, such as `Active`, would silently find nothing. */
const word = z.string().regex(/^[A-Z][A-Z\d_]{0,59}$/, 'must be one of Unified.to’s words, such as ACTIVE')
const moment = z.iso.datetime({ offset: true })
const dayOrMoment = z.union([z.iso.date(), moment])

/** The parameters of each list of normalized objects; Unified.to's names. */
const pageQuery = z.strictObject({
  limit: wholeNumber(1, 1000).default(100).describe('The most objects of a page.'),
  offset: wholeNumber(0, 999_999_999).default(0).describe('How many matching objects come before the page.'),
  fields: list.optional().describe('The members to return, separated by commas. Default is all.'),
})

/** The parameters of lists whose objects have names and times. */
const orderQuery = pageQuery.extend({
  sort: z
    .enum(['name', 'updated_at'])
    .optional()
    .describe(
      'The field by which the list is sorted; objects without it come last. Default is the source’s order. A sorted list can be read up to its 5,000th object.',
    ),
  order: z.enum(['asc', 'desc']).optional().describe('With `sort`. Default is `asc`.'),
  query: z
    .string()
    .max(200)
    .optional()
    .describe('Only objects whose name contains this text, in whatever case.'),
})

const updated_gte = moment
  .optional()
  .describe('Only objects that changed then or later, or of which it isn’t known when they changed.')

/** What makes a file, and which one it is. */
const fileParameters = {
  org_id: accountName
    .optional()
    .describe('An account, by its ID or number. Default is the tenant’s default account.'),
  handle: z
    .string()
    .max(2000)
    .optional()
    .describe('The `handle` of the first answer. Without one, Microsoft makes another file.'),
}

/** Of organizations. */
export const organizationsQuery = orderQuery.extend({
  updated_gte,
  parent_id: idOfCustomer.optional().describe('Only the accounts of this customer.'),
  status: word.optional().describe('Only accounts of this status, in Unified.to’s word.'),
})

/** Of what a bulk file has. */
export const entitiesQuery = orderQuery.extend({
  ...fileParameters,
  updated_gte,
  status: word.optional().describe('Of `campaigns`, `groups`, `ads`, and `creatives`.'),
  effective_status: word.optional().describe('Of `campaigns` and `groups`.'),
  campaign_id: idOfCustomer.optional().describe('Of `groups`.'),
  group_id: idOfCustomer.optional().describe('Of `ads`.'),
  type: word.optional().describe('Of `targets`.'),
})

const metricTypes = Object.keys(metricColumns) as [MetricType, ...MetricType[]]
const dimensions = Object.keys(dimensionColumns) as [Dimension, ...Dimension[]]

/** Of reports. */
export const reportsQuery = pageQuery
  .extend({
    ...fileParameters,
    start_gte: dayOrMoment.describe(
      'The first day. Days are the account’s, whatever time zone it’s written with.',
    ),
    end_lt: dayOrMoment.describe('The day after the last.'),
    type: list
      .default('IMPRESSIONS,CLICKS,COST,CONVERSIONS,CONVERSION_VALUE')
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(metricTypes)))
      .describe('The metrics, separated by commas.'),
    dimension: z
      .enum(dimensions)
      .optional()
      .describe('By what the numbers are broken down. Default is nothing.'),
    campaign_id: idOfCustomer.optional().describe('Only this campaign.'),
    group_id: idOfCustomer.optional().describe('Of this ad group, instead of campaigns.'),
    ad_id: idOfCustomer.optional().describe('Of this ad, instead of campaigns.'),
  })
  .refine(hasDays, { path: ['end_lt'], error: 'must be after `start_gte`' })

function hasDays(query: Parameters<typeof daysOf>[0]): boolean {
  const { from, to } = daysOf(query)
  return from <= to
}
