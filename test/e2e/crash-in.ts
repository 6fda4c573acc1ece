// Preloaded with `node --import`: an error of our own in the function that LAB_CRASH_IN names, wherever that is.
const name = process.env['LAB_CRASH_IN'] ?? ''

function crashHere(): void {
  const { stack = '' } = new Error('looking for the caller')
  if (stack.includes(` ${name} (`)) throw new Error(`broken on purpose in ${name}`)
}

const lists = Array.prototype as unknown as Record<string, (...given: unknown[]) => unknown>
for (const method of ['map', 'filter', 'flatMap', 'some']) {
  const own = lists[method]
  lists[method] = function (this: unknown, ...given) {
    crashHere()
    return own?.apply(this, given)
  }
}
const now = performance.now.bind(performance)
performance.now = () => {
  crashHere()
  return now()
}
