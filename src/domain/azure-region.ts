/** A region in lower case without spaces: ARM writes the same one as `westeurope` and as `West Europe`. */
export function toRegion(location: string): string {
  return location.toLowerCase().replaceAll(' ', '')
}
