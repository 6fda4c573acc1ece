import { it } from '@jest/globals'
