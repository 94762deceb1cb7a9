/** A set of places in a file, a bit each: 12.5 MB for 100 million records. */
export interface PlaceSet {
  add(place: number): void;
  has(place: number): boolean;
}

export function createPlaceSet(places: number): PlaceSet {
  const bits = new Uint8Array(Math.ceil(places / 8));
  const byteOf = (place: number): number => Math.floor(place / 8);
  return {
    add(place) {
      const at = byteOf(place);
      bits[at] = (bits[at] as number) | (1 << (place % 8));
    },
    has: (place) => (((bits[byteOf(place)] as number) >> (place % 8)) & 1) === 1,
  };
}
