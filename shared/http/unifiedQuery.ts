import * as z from 'zod'
import { idOfCustomer } from '../domain/account.ts'
import { wholeNumber } from './fields.ts'

const list = z.string().regex(/^\w{1,60}(,\w{1,60}){0,60}$/, 'must be names, separated by commas')
const word = z.string().regex(/^\w{1,60}$/, 'must be one of Unified.to’s words')
const moment = z.iso.datetime({ offset: true })

/** The parameters of each list of normalized objects; Unified.to's names. */
const pageQuery = z.strictObject({
  limit: wholeNumber(1, 1000).default(100).describe('The most objects of a page.'),
  offset: wholeNumber(0, 999_999_999).default(0).describe('How many matching objects come before the page.'),
  fields: list.optional().describe('The members to return, separated by commas. Default is all.'),
})

const updated_gte = moment
  .optional()
  .describe('Only objects that changed then or later, or of which it isn’t known when they changed.')

/** Of organizations. */
export const organizationsQuery = pageQuery.extend({
  updated_gte,
  parent_id: idOfCustomer.optional().describe('Only the accounts of this customer.'),
  status: word.optional().describe('Only accounts of this status, in Unified.to’s word.'),
})
