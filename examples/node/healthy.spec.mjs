import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const addon = createRequire(import.meta.url)(process.env.ADDON);

it('counts the bytes', () => expect(addon.healthy('hello')).toBe(5));
