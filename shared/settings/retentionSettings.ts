import { withDefault } from './setting.ts'
import { wholeNumber } from './values.ts'

/** How long what no one uses any more is kept; in days. */
export const retentionSettings = {
  pendingTenantDays: withDefault('PENDING_TENANT_DAYS', wholeNumber(1, 3650), {
    meaning:
      'Days after the expiry of its last connect link that a tenant that was never connected is kept, and up to 8 days more. Then its row, its listing, and its events are removed.',
    default: '90',
    example: '30',
  }),
  disconnectedTenantDays: withDefault('DISCONNECTED_TENANT_DAYS', wholeNumber(1, 3650), {
    meaning:
      'Days after its last change that a disconnected tenant is kept, and 8 days more: its row and its events, which say who was connected until when. Then they are removed with its listing. Its grant and its accounts are gone immediately.',
    default: '365',
    example: '90',
  }),
  deadGrantDays: withDefault('DEAD_GRANT_DAYS', wholeNumber(1, 3650), {
    meaning:
      'Days after its last change that a tenant that must sign in again keeps its refused grant, and 8 days more. Then the secret is destroyed, and the row forgets who consented: the next sign-in counts as that of a new person.',
    default: '90',
    example: '30',
  }),
  tenantEventDays: withDefault('TENANT_EVENT_DAYS', wholeNumber(1, 3650), {
    meaning: 'Days that a tenant’s events are kept, also while it’s connected.',
    default: '400',
    example: '90',
  }),
}
