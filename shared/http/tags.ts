/** The groups of operations, in the order in which a developer needs them. */
export const tags = {
  vending: { name: 'Vending', description: 'What a call to Microsoft Advertising needs now.' },
  passThrough: {
    name: 'Pass-through',
    description: 'Calls that the broker makes with the tenant’s credentials.',
  },
  downloads: { name: 'Downloads', description: 'Reports and entities of Microsoft Advertising as rows.' },
  unified: {
    name: 'Normalized objects',
    description: 'What Microsoft Advertising has, in the shape of Unified.to’s objects.',
  },
  connecting: { name: 'Connecting', description: 'From the link for the advertiser to a connected tenant.' },
  diagnosis: { name: 'Diagnosis', description: 'Why a call failed, and who must act.' },
  accounts: {
    name: 'Accounts',
    description: 'The accounts that a tenant can reach, and which ones are used.',
  },
  tenants: { name: 'Tenants', description: 'A tenant’s status and history, and its end.' },
  operating: { name: 'Operating', description: 'For the broker’s operator.' },
  browser: {
    name: 'Browser',
    description: 'Pages that the advertiser’s browser opens. Apps don’t call them.',
  },
  contract: { name: 'Contract', description: 'This contract, for machines and for people.' },
} as const

/** One of {@link tags}. */
export type Tag = keyof typeof tags
