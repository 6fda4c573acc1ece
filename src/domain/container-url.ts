/** Where a blob container is. */
export interface ContainerUrl {
  /** Without a query, without a slash at its end. */
  url: string
  /** `https://stmig.blob.core.windows.net`. */
  origin: string
  account: string
  container: string
}

const ACCOUNT = String.raw`[a-z0-9]{3,24}`
/** `<account>.blob.<suffix>` of any cloud, and `<account>.z<nn>.blob.storage.azure.net` of accounts in DNS zones. */
const ACCOUNT_HOST = new RegExp(String.raw`^(${ACCOUNT})(?:\.z\d{1,3})?\.blob\.[a-z0-9-]+(?:\.[a-z0-9-]+)+$`)
/** The account is then the first name of the path, as with storage emulators and hosts that have no name. */
const PATH_HOST = /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/
/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
const CONTAINER = /^(?:\$root|\$web|\$logs|(?=.{3,63}$)[a-z0-9](?:-?[a-z0-9])*)$/

/**
 * The container that an https URL names: `https://<account>.blob.<suffix>/<container>`. Undefined for everything else:
 * another scheme, a user, a query, a blob in a container, a name that no account or container can have.
 */
export function parseContainerUrl(text: string): ContainerUrl | undefined {
  if (!/^https:\/\/[^\s?#@\\]+$/i.test(text) || !URL.canParse(text)) return undefined
  const { origin, hostname, pathname } = new URL(text)
  const names = pathname.replace(/^\//, '').replace(/\/$/, '').split('/')
  const byHost = ACCOUNT_HOST.exec(hostname)?.[1]
  const [account = '', container = '', ...rest] = byHost === undefined ? names : [byHost, ...names]
  const isKnownForm = byHost !== undefined || (PATH_HOST.test(hostname) && new RegExp(`^${ACCOUNT}$`).test(account))
  if (!isKnownForm || rest.length > 0 || !CONTAINER.test(container)) return undefined
  const path = byHost === undefined ? `${account}/${container}` : container
  return { url: `${origin}/${path}`, origin, account, container }
}
