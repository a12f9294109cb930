/** One of several parts of a whole that run apart, on other machines say, and are merged later. */
export interface Shard {
  /** From 1 on. */
  number: number;
  of: number;
}

/** The items of a shard: every `of`-th, so that what is alike and stands together is spread. */
export function shardOf<T>(items: readonly T[], shard: Shard | undefined): T[] {
  if (shard === undefined) return [...items];
  return items.filter((_, index) => index % shard.of === shard.number - 1);
}
