import { withDefault } from './setting.ts'
import { wholeNumber } from './values.ts'

/** How long what no one uses any more is kept; in days. */
export const retentionSettings = {
  pendingTenantDays: withDefault('PENDING_TENANT_DAYS', wholeNumber(1, 3650), {
    meaning:
      'Days after the expiry of its last connect link that a tenant that was never connected is kept. Then its row, its listing, and its events are removed.',
    default: '90',
    example: '30',
  }),
  disconnectedTenantDays: withDefault('DISCONNECTED_TENANT_DAYS', wholeNumber(1, 3650), {
    meaning:
      'Days after its last change that a disconnected tenant is kept: its row and its events, which say who was connected until when. Then they are removed with its listing. Its grant and its accounts are gone immediately.',
    default: '365',
    example: '90',
  }),
}
