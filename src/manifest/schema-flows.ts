import * as z from 'zod'
import { parsePrefix } from '../domain/address.ts'
import { name } from './schema-fields.ts'
import { oneOf, strictMap, text } from './schema-parts.ts'

const PORT_FORM = 'must be a port from 1 to 65535, or a range of them like 11000-11999'
const PORTS_FORM = 'must be a list of ports and ranges, like [1433, 11000-11999]'
const LAST_PORT = 65_535

/** First and last port of `1433` or `11000-11999`; undefined for anything else. */
export function parsePortRange(text: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return first < 1 || last > LAST_PORT || first > last ? undefined : [first, last]
}

const PortText = text(PORT_FORM, { description: 'A port or a range.', examples: ['11000-11999'] }, (value) => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? []
  if (first !== undefined && last !== undefined && Number(first) > Number(last)) {
    return `${PORT_FORM}; this one is reversed, write ${last}-${first}`
  }
  return parsePortRange(value) === undefined ? PORT_FORM : undefined
})

const Port = z.union(
  [z.int({ error: PORT_FORM }).min(1, { error: PORT_FORM }).max(LAST_PORT, { error: PORT_FORM }), PortText],
  { error: PORT_FORM },
)

const PEER_FORM = 'must be an address, a CIDR prefix or a service tag'

/** Tags are letters, digits and underscores, with a region or a part of the service behind one dot at most. */
const TAG = /^[A-Za-z]\w{0,79}(?:\.\w{1,40})?$/
const HOST_LIKE = /^[A-Za-z\d_](?:[\w-]*\.)*[\w-]+\.?$/
/** What stands behind the dot of a host name, and never behind that of a tag. */
const HOST_ENDINGS = ['com', 'corp', 'example', 'internal', 'lan', 'local', 'net', 'org', 'test']

function problemOfPeer(value: string): string | undefined {
  if (parsePrefix(value) !== undefined) return undefined
  if (value === '*') return `${PEER_FORM}; for every address write 0.0.0.0/0 or ::/0`
  const isHost = HOST_ENDINGS.includes(value.split('.')[1]?.toLowerCase() ?? '')
  if (TAG.test(value) && !isHost) return undefined
  const isName = HOST_LIKE.test(value) && /[A-Za-z]/.test(value)
  return isName ? `${PEER_FORM}; security groups know no host names, so give its address` : PEER_FORM
}

/** A further flow that the security group of the DMS subnet must let through. */
export const Flow = strictMap(
  {
    name: name("Unique; the subject's name in the report.", ['redirect']),
    direction: oneOf(['inbound', 'outbound'], 'As seen from the DMS subnet.'),
    protocol: oneOf(['tcp', 'udp', 'any'], 'any: tcp and udp.'),
    ports: z
      .array(Port, { error: PORTS_FORM })
      .min(1, { error: 'must hold at least one port' })
      .meta({ description: 'Destination ports and ranges.' }),
    peer: text(
      PEER_FORM,
      { description: 'The other end: an address, a CIDR prefix or a service tag.', examples: ['Sql.WestEurope'] },
      problemOfPeer,
    ),
  },
  { description: 'A flow from or to the DMS subnet that its network security group must let through.' },
)
