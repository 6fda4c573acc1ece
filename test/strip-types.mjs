import { createHash } from 'node:crypto'
import { stripTypeScriptTypes } from 'node:module'

/** Jest transformer on Node's own type stripping: lines and columns stay where they are, so no source maps. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, _file, options) =>
    createHash('sha1').update(process.version).update(options.configString).update(source).digest('hex'),
}
