import type { Statement } from '../../ports/sql-port.ts'
import { text } from './decode.ts'

export type ClusterNodeRow = { node: string }

/** VIEW SERVER STATE. No row: the instance is no failover cluster instance. */
export const CLUSTER_NODES: Statement<ClusterNodeRow> = {
  name: 'cluster-nodes',
  text: 'SELECT n.NodeName AS node FROM sys.dm_os_cluster_nodes AS n',
  since: '9.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-os-cluster-nodes-transact-sql',
  decode: (row) => ({ node: text(row, 'node') }),
}
