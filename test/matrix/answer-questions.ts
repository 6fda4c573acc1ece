// Asks what stands on its standard input, from wherever this process is: results to the standard output, as JSON.
import { text } from 'node:stream/consumers'
import { askChecks, type Question } from './ask-checks.ts'

const questions = JSON.parse(await text(process.stdin)) as Question[]
process.stdout.write(JSON.stringify(await Promise.all(questions.map(askChecks))))
