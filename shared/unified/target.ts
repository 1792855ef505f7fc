import { type Row, text, textIn, type UnifiedFields, word } from './field.ts'

/** The types of records of audiences (bulk-service/downloadentity.md#audiences). */
const audiences = {
  'Combined List': 'USER_LIST',
  'Custom Audience': null,
  'Custom Segment': null,
  'Customer List': 'USER_LIST',
  'Impression Based Remarketing List': 'USER_LIST',
  'In Market Audience': 'INTEREST',
  'Product Audience': null,
  'Remarketing List': 'USER_LIST',
  'Similar Remarketing List': 'USER_LIST',
}

const types: Readonly<Record<string, string | null>> = { ...audiences, 'Ad Group Topic Criterion': 'TOPIC' }

/** Of location criterions; a county has no place. */
const locations: Readonly<Record<string, string>> = {
  City: 'CITY',
  Country: 'COUNTRY',
  MetroArea: 'US_DMA',
  PostalCode: 'ZIP',
  State: 'REGION',
}

/** Whether a record is an audience, or what a campaign or ad group targets: what it excludes isn't a target. */
export function isTarget(type: string): boolean {
  return Object.hasOwn(audiences, type) || (type.endsWith(' Criterion') && !type.includes(' Negative '))
}

/** `AdsTarget`, of the columns of the pages of audiences and criterions in bulk-service. */
export const targetFields: UnifiedFields = {
  id: text('Id'),
  name: text('Audience'),
  type: { from: ['Type', 'Sub Type'], words: { ...types, ...locations }, read: readType },
  parent_id: text('Parent Id'),
  is_active: word('Status', { Active: true, Paused: false, Deleted: false }),
  audience_count_min: null,
  audience_count_max: null,
}

function readType(row: Row): string | null {
  const type = textIn(row, 'Type') ?? ''
  const [word, words] = type.endsWith(' Location Criterion')
    ? [textIn(row, 'Sub Type'), locations]
    : [type, types]
  return word !== null && Object.hasOwn(words, word) ? (words[word] ?? null) : null
}
