import type { RefusalClass } from './refusal.ts'

/**
 * What AADSTS numbers refine a refusal to (entra-docs `reference-error-codes.md` @04f65548, classes as judged in
 * the project's facts). They are no stable API: an unknown number changes nothing.
 */
const numbers: Readonly<Record<Exclude<RefusalClass, 'backOff'>, readonly number[]>> = {
  advertiser: [
    50173, 70000, 70008, 700082, 700081, 700084, 70043, 50089, 50085, 50132, 50133, 50055, 50144, 50056,
    50058, 50139, 50072, 50074, 50076, 50078, 50079, 50097, 50129, 50155, 50187, 50125, 50135, 50140, 50199,
    50158, 50197, 51006, 53004, 65001, 65004, 700020, 16000, 16001, 16003, 54005, 50015, 700003, 70046,
    135011, 500200,
  ],
  advertiserAdmin: [
    50034, 51004, 50014, 50020, 50053, 50057, 50105, 53000, 53001, 53002, 53003, 530003, 530032, 530034,
    530035, 53005, 53010, 53011, 50005, 50131, 50002, 500021, 500022, 500212, 500213, 54000, 90094, 90095,
    90072, 1000031, 650052, 90093, 900941, 900981, 53009, 530021, 530084, 500571, 50161, 50177, 500011,
    500014,
  ],
  operator: [
    7000215, 7000222, 70002, 7000218, 700025, 700027, 700030, 50012, 50048, 50003, 50146, 700016, 700011,
    70001, 7000112, 50011, 70004, 900971, 90002, 50194, 9002332, 9001023, 90124, 90130, 90027, 50001, 650054,
    650056, 650057, 65005, 65002, 700229, 900382, 900432, 90038, 500208, 9002313, 900144, 90014, 90004, 90023,
    90013, 90015, 90100, 90102, 900561, 90056, 70003, 70011, 28002, 28003, 700022, 700023, 901002, 50147,
    501481, 501491, 700005, 50050, 50049, 70021, 700024, 700212, 700213, 7002138, 500133, 7000229, 9002331,
    9002346, 90008,
  ],
  passing: [
    50033, 50087, 50088, 50166, 40010, 70012, 80001, 80002, 80005, 80014, 90006, 90012, 90024, 90033, 90055,
    90090, 90091, 50000, 90036,
  ],
}

/** Class by AADSTS number. */
export const aadstsClasses: ReadonlyMap<number, RefusalClass> = new Map(
  Object.entries(numbers).flatMap(([refusalClass, codes]) =>
    codes.map((code) => [code, refusalClass as RefusalClass] as const),
  ),
)

const reasons: Readonly<Record<string, readonly number[]>> = {
  grant_revoked: [50173],
  grant_expired: [70008, 700082, 700081, 700084, 50089],
  grant_refused: [70000],
  sign_in_frequency: [70043],
  password_changed: [50132, 50133, 50055, 50144, 50056, 50125, 50135],
  mfa_required: [50072, 50074, 50076, 50078, 50079, 50158],
  device_sign_in_required: [50097, 50129, 50155, 50187, 700003],
  device_not_compliant: [53000, 53001, 530003, 530021],
  consent_missing: [65001],
  consent_declined: [65004],
  code_already_redeemed: [54005],
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
  redirect_uri_mismatch: [50011, 70004, 900971],
  not_multitenant: [50194],
  invalid_scope: [70011, 28002, 28003, 700022, 700023],
  code_verifier_mismatch: [50147, 501481, 501491],
  wrong_authority: [700005, 90002, 9002331, 9002332, 9002346, 9001023, 90124, 90130],
}

const reasonByCode = new Map(
  Object.entries(reasons).flatMap(([reason, codes]) => codes.map((code) => [code, reason] as const)),
)

/** A stable word for the first number that has one. */
export function reasonOfCode(codes: readonly number[]): string | undefined {
  return codes.map((code) => reasonByCode.get(code)).find((reason) => reason !== undefined)
}

/** Reasons that only the advertiser's own administrator can fix. */
const adminReasons: ReadonlySet<string> = new Set([
  'directory_policy',
  'protection_policy',
  ...numbers.advertiserAdmin.map((code) => reasonByCode.get(code)).filter((reason) => reason !== undefined),
])

/** Whether a new sign-in will not help before the advertiser's administrator has acted. */
export function isAdminReason(reason: string | undefined): boolean {
  return reason !== undefined && adminReasons.has(reason)
}
