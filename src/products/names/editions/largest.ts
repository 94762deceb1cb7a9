/** The few largest of many, the first of equals. */
export interface Largest<Item> {
  add(size: number, item: Item): void;
  /** Falling. */
  list(): Item[];
}

export function createLargest<Item>(limit: number): Largest<Item> {
  const kept: { readonly size: number; readonly item: Item }[] = [];
  return {
    add(size, item) {
      if (kept.length === limit && size <= (kept[limit - 1]?.size ?? 0)) return;
      const at = kept.findIndex((each) => each.size < size);
      kept.splice(at < 0 ? kept.length : at, 0, { size, item });
      if (kept.length > limit) kept.pop();
    },
    list: () => kept.map(({ item }) => item),
  };
}
