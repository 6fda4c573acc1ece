import { createHmac } from 'node:crypto'

/** The account and key by which a SAS is signed. */
export interface SasSigner {
  account: string
  /** Base64. */
  accountKey: string
}

/** Parameters of a SAS by their names in the query; what is absent is left out. */
export type SasParameters = Readonly<Record<string, string>>

export const SAS_VERSION = '2022-11-02'
const MINUTE_MS = 60_000

/** An instant so far from now, as a SAS writes it. */
export function sasTime(fromNowMs: number): string {
  return `${new Date(Date.now() + fromNowMs).toISOString().slice(0, 19)}Z`
}

/** Read, write, delete and list in the container, for 30 days. */
export function goodParameters(): SasParameters {
  return { sp: 'rwdl', se: sasTime(30 * 24 * 60 * MINUTE_MS), spr: 'https', sr: 'c' }
}

/**
 * A service SAS for a container, or for a blob in it; signed as the service computes it for versions from 2020-12-06 on.
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
export function serviceSas(signer: SasSigner, resource: string, parameters: SasParameters = goodParameters()): string {
  const all: SasParameters = { sv: SAS_VERSION, ...parameters }
  const order = ['sp', 'st', 'se']
  const tail = ['sr', 'snapshot', 'ses', 'rscc', 'rscd', 'rsce', 'rscl', 'rsct']
  const fields = [
    ...order.map((key) => all[key] ?? ''),
    `/blob/${signer.account}/${resource}`,
    ...['si', 'sip', 'spr', 'sv'].map((key) => all[key] ?? ''),
    ...tail.map((key) => all[key] ?? ''),
  ]
  return signed(all, fields.join('\n'), signer.accountKey)
}

/** https://learn.microsoft.com/rest/api/storageservices/create-account-sas */
export function accountSas(signer: SasSigner, parameters: SasParameters = {}): string {
  const good = Object.fromEntries(Object.entries(goodParameters()).filter(([name]) => name !== 'sr'))
  const all: SasParameters = { sv: SAS_VERSION, ss: 'b', srt: 'sco', ...good, ...parameters }
  const fields = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv', 'ses'].map((key) => all[key] ?? '')
  return signed(all, [signer.account, ...fields, ''].join('\n'), signer.accountKey)
}

/** The key that a user delegation SAS is signed by, as `getUserDelegationKey` of the SDK gives it. */
export interface DelegationKey {
  signedObjectId: string
  signedTenantId: string
  signedStartsOn: Date
  signedExpiresOn: Date
  signedService: string
  signedVersion: string
  value: string
}

/** https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas */
export function userDelegationSas(
  account: string,
  container: string,
  key: DelegationKey,
  parameters: SasParameters = goodParameters(),
): string {
  const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`
  const all: SasParameters = {
    sv: SAS_VERSION,
    ...parameters,
    skoid: key.signedObjectId,
    sktid: key.signedTenantId,
    skt: instant(key.signedStartsOn),
    ske: instant(key.signedExpiresOn),
    sks: key.signedService,
    skv: key.signedVersion,
  }
  const get = (name: string): string => all[name] ?? ''
  const fields = [
    ...['sp', 'st', 'se'].map(get),
    `/blob/${account}/${container}`,
    ...['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'saoid', 'suoid', 'scid', 'sip', 'spr', 'sv', 'sr'].map(get),
    ...['snapshot', 'ses', 'rscc', 'rscd', 'rsce', 'rscl', 'rsct'].map(get),
  ]
  return signed(all, fields.join('\n'), key.value)
}

function signed(parameters: SasParameters, text: string, key: string): string {
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64')
  return Object.entries({ ...parameters, sig })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}
