/** 32 bits that tell rows of one name apart by these cells (FNV-1a over UTF-16 units). */
export function hashOfCells(cells: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const cell of cells) {
    for (let at = 0; at < cell.length; at++) hash = Math.imul(hash ^ cell.charCodeAt(at), 0x01000193);
    // Between cells, so that what moves from one into the next is another row.
    hash = Math.imul(hash ^ 0xffff, 0x01000193);
  }
  return hash | 0;
}
