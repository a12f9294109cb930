const { strictEqual } = require('node:assert');
const { test } = require('node:test');
const addon = require(process.env.ADDON);

test('counts the bytes', () => strictEqual(addon.faulty('hello'), 5));
