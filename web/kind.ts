import type { ComponentType } from 'preact';
import type { PageData } from '../src/report/html/page-data.ts';

/** What draws a result of one kind. */
export type Kind = ComponentType<{ data: PageData }>;
