import type { PageBlock } from './experiment.ts';

/** The page of an experiment, empty where none was kept; no id finds what every object inherits. */
export function pageOf(pages: Readonly<Record<string, PageBlock[]>>, id: string): PageBlock[] {
  return (Object.hasOwn(pages, id) && pages[id]) || [];
}
