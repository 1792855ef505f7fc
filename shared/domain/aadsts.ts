import type { RefusalReason } from './reasons.ts'

/**
 * The reasons that AADSTS numbers refine a refusal to (entra-docs `reference-error-codes.md` @04f65548, classes as
 * judged in the project's facts). They're not a stable API: for an unknown number, only its range counts.
 */
const numbers: Partial<Readonly<Record<RefusalReason, readonly number[]>>> = {
  identity_provider_error: [
    50033, 50087, 50088, 50166, 40010, 70012, 80001, 80002, 80005, 80014, 90006, 90012, 90024, 90033, 90055,
    90090, 90091, 50000, 90036,
  ],

  grant_refused: [70000],
  grant_revoked: [50173],
  grant_expired: [70008, 700082, 700081, 700084, 50089],
  sign_in_required: [
    50085, 50058, 50139, 50140, 50199, 50197, 51006, 53004, 700020, 16000, 16001, 16003, 50015, 70046, 135011,
    500200,
  ],
  sign_in_frequency: [70043],
  password_changed: [50132, 50133, 50055, 50144, 50056, 50125, 50135],
  mfa_required: [50072, 50074, 50076, 50078, 50079, 50158],
  device_sign_in_required: [50097, 50129, 50155, 50187, 700003],
  consent_missing: [65001],
  consent_declined: [65004],
  code_already_redeemed: [54005],

  device_not_compliant: [53000, 53001, 530003, 530021],
  conditional_access: [53002, 53003, 53011, 530032, 530034, 530035, 50005, 50131, 53010, 530084, 50161],
  user_disabled: [50057, 500571],
  user_locked: [50053],
  user_not_in_directory: [50034, 51004, 50014, 50020, 90072],
  user_not_assigned: [50105, 50177],
  admin_consent_required: [90093, 90094, 90095, 900941, 900981],
  advertising_not_enabled: [650052, 500011, 500014],
  cross_tenant_policy: [50002, 500021, 500022, 500212, 500213, 54000, 1000031],
  protection_policy: [53005, 53009],

  client_secret_invalid: [7000215, 70002],
  client_secret_expired: [7000222],
  client_secret_missing: [7000218],
  client_is_public: [700025],
  client_assertion_refused: [
    700027, 700030, 50012, 50048, 700229, 70021, 700024, 700212, 700213, 7002138, 500133,
  ],

  application_not_found: [700016, 700011, 7000229],
  application_disabled: [70001, 7000112],
  registration_refused: [
    50003, 50146, 90027, 650054, 650056, 65005, 65002, 900382, 900432, 90038, 500208, 50050, 50049, 90008,
  ],
  redirect_uri_mismatch: [50011, 70004, 900971],
  not_multitenant: [50194],
  invalid_request: [9002313, 900144, 90014, 90004, 90023, 90013, 90015, 90100, 90102, 900561, 90056, 901002],
  invalid_resource: [50001, 650057],
  invalid_scope: [70011, 28002, 28003, 700022, 700023],
  unsupported_grant_type: [70003],
  code_verifier_mismatch: [50147, 501481, 501491],
  wrong_authority: [700005, 90002, 9002331, 9002332, 9002346, 9001023, 90124, 90130],
}

/** The reason for each known AADSTS number. */
export const reasonByNumber: ReadonlyMap<number, RefusalReason> = new Map(
  Object.entries(numbers).flatMap(([reason, codes]) =>
    codes.map((code) => [code, reason as RefusalReason] as const),
  ),
)

/** `invalid_grant` and `invalid_client` as numbers: the other numbers say why. The last is the least specific. */
const general: readonly number[] = [70000, 70002]

/** The reason for an answer's numbers: the first number that is more specific than `error`. */
export function reasonOfNumbers(codes: readonly number[]): RefusalReason | undefined {
  const known = codes.filter((code) => reasonByNumber.has(code))
  const telling =
    known.find((code) => !general.includes(code)) ?? general.find((code) => known.includes(code))
  return telling === undefined ? reasonInRange(codes) : reasonByNumber.get(telling)
}

/** Unlisted numbers by Entra's ranges: 53000 to 53999 and 530000 to 530999 are access policies. */
function reasonInRange(codes: readonly number[]): RefusalReason | undefined {
  return codes.some((code) => /^530?\d{3}$/.test(String(code))) ? 'unlisted_policy' : undefined
}
