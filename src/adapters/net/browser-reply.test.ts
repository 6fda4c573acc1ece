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
    ['an empty value before tcp', 'ServerName;;InstanceName;SALES;Version;16.0.4135.4;np;;tcp;14330;;', 14_330],
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
    ['a record without its end', reply('InstanceName;SALES;Version;16.0.4135.4;np;x')],
    ['a record with half of its end', reply('InstanceName;SALES;Version;16.0.4135.4;np;x;')],
    ['a key without a value', reply('InstanceName;SALES;tcp;;')],
    ['a second record that is cut off', reply('InstanceName;A;tcp;1433;;InstanceName;B;Version;15.0')],
    ['port 0', reply('InstanceName;SALES;Version;16.0.4135.4;tcp;0;;')],
    ['a port above 65535', reply('InstanceName;SALES;Version;16.0.4135.4;tcp;65536;;')],
    ['a port that is no number', reply('InstanceName;SALES;Version;16.0.4135.4;tcp;1e3;;')],
    ['two ports in one value', reply('InstanceName;SALES;Version;16.0.4135.4;tcp;14330,14331;;')],
    ['an empty port', reply('InstanceName;SALES;Version;16.0.4135.4;tcp;;np;x;;')],
    ['a key twice', reply('InstanceName;SALES;tcp;1433;tcp;1434;;')],
  ])('takes %s for no answer', (_name, datagram) => {
    expect(parseBrowserReply(datagram)).toBeUndefined()
  })
})
