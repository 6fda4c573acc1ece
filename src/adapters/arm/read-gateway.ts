import type { Observed } from '../../domain/observed.ts'
import type { ResourceId } from '../../domain/resource-id.ts'
import type { VirtualNetworkGateway } from '../../ports/network-resources.ts'
import { decodeBody, decodeItems, text } from './decode.ts'
import { decodeVirtualNetworkGateway } from './decode-network.ts'
import { NETWORK_VERSION } from './further-reads.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import { resourcePath } from './resource-id.ts'
import type { ArmReader } from './rest-reader.ts'

/** Lists of connections carry no status, so only their ids are taken (recorded at api-versions 2017-06-01 to 2019-11-01). */
export async function readGateway(
  { rest }: { rest: ArmReader },
  id: ResourceId,
): Promise<Observed<VirtualNetworkGateway>> {
  const body = await rest.get(resourcePath(id), NETWORK_VERSION)
  const connections = await listConnections(rest, id)
  const ids = decodeItems(`${id.text}/connections`, connections, (item) => text(item, 'id'))
  if (!ids.ok) return ids
  return decodeBody(id.text, body, (fields) => decodeVirtualNetworkGateway(fields, ids.value))
}

/** The gateway was there a moment ago, so a 404 of its list is not an answer about the gateway. */
async function listConnections(rest: ArmReader, id: ResourceId): Promise<readonly unknown[]> {
  try {
    return await rest.list(`${resourcePath(id)}/connections`, NETWORK_VERSION)
  } catch (error) {
    if (!(error instanceof HttpStatusError) || error.answer.status !== 404) throw error
    throw new ProbeError({ kind: 'protocol', message: `Azure has ${id.text} but does not list its connections (404).` })
  }
}
