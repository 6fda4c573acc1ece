import { describeCases } from './rig.ts'
import { NETWORK_CASES } from './verdicts/network-cases.ts'

describeCases('verdicts on the network of DMS', NETWORK_CASES)
