import { describe, expect, it } from '@jest/globals'
import { parseBrowserReply } from './browser-reply.ts'

function reply(text: string): Buffer {
  const data = Buffer.from(text, 'latin1')
  const head = Buffer.from([5, 0, 0])
  head.writeUInt16LE(data.length, 1)
  return Buffer.concat([head, data])
}

describe('parseBrowserReply', () => {
  it.each([
    [
      'the usual order',
      'ServerName;S;InstanceName;SALES;IsClustered;No;Version;16.0.4135.4;tcp;14330;np;\\\\S\\pipe;;',
      14_330,
    ],
    ['another order and letter case', 'TCP;14330;version;16.0.4135.4;INSTANCENAME;SALES;SERVERNAME;S;;', 14_330],
    ['no tcp', 'ServerName;S;InstanceName;SALES;IsClustered;No;Version;16.0.4135.4;np;\\\\S\\pipe;;', undefined],
    ['port 0', 'InstanceName;SALES;Version;16.0.4135.4;tcp;0;;', undefined],
    ['port above 65535', 'InstanceName;SALES;Version;16.0.4135.4;tcp;65536;;', undefined],
    ['port that is no number', 'InstanceName;SALES;Version;16.0.4135.4;tcp;1e3;;', undefined],
  ])('reads %s', (_name, text, tcpPort) => {
    expect(parseBrowserReply(reply(text))).toEqual([
      { instanceName: 'SALES', version: '16.0.4135.4', ...(tcpPort === undefined ? {} : { tcpPort }) },
    ])
  })

  it('reads several instances and latin1 names', () => {
    const parsed = parseBrowserReply(reply('InstanceName;A;Version;1;tcp;1;;InstanceName;KÄSE;Version;2;tcp;2;;'))
    expect(parsed?.map(({ instanceName }) => instanceName)).toEqual(['A', 'KÄSE'])
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another first byte', Buffer.from([4, 1, 0, 65])],
    ['a size beyond the datagram', Buffer.from([5, 255, 255, 65])],
    ['text without an instance', reply('hello')],
    ['an empty list', reply('')],
  ])('takes %s for no answer', (_name, datagram) => {
    expect(parseBrowserReply(datagram)).toBeUndefined()
  })
})
