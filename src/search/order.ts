import { createHash } from 'node:crypto';

/**
 * The items in an order that looks random and is the same for the same seed. Each item's place follows
 * from its own key: one item more does not move the others about.
 */
export function shuffledBy<T>(items: readonly T[], seed: number, key: (item: T) => string): T[] {
  const rank = (item: T) =>
    createHash('sha256')
      .update(`${seed}\0${key(item)}`)
      .digest('hex');
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
}
