import { describe, expect, it } from 'vitest';
import { findPersonalData, isChineseId, redactPersonalData } from './personal-data.js';

const kinds = (text: string): string[] =>
  findPersonalData(text).map(({ kind, text: found }) => `${kind} ${found}`);

describe('findPersonalData', () => {
  it.each([
    ['手机13812345678。', ['phone 13812345678']],
    ['+86 138 1234 5678', ['phone +86 138 1234 5678']],
    ['call +44 20 7946 0958 now', ['phone +44 20 7946 0958']],
    ['(212) 555-0123 or 212-555-0199', ['phone (212) 555-0123', 'phone 212-555-0199']],
    ['write to a.b+c@mail.example.com, please', ['email a.b+c@mail.example.com']],
    ['身份证11010519491231002X', ['chinese-id 11010519491231002X']],
    ['身份证 440524188001010014。', ['chinese-id 440524188001010014']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it.each([
    '身份证110105194912310021',
    '440524188002300014',
    '1234567890123456789',
    '2012-2013 and 3.1415926535',
    'see <box>[[100, 200, 300, 400]]</box>',
    'version 138.1234.5678',
    'not@an address, nor @name',
    'order 13812345678901',
  ])('%s has none', (text) => {
    expect(kinds(text)).toEqual([]);
  });

  it('is quick on hostile text', () => {
    expect(kinds('1 '.repeat(50_000))).toEqual([]);
    expect(kinds(`${'a.'.repeat(50_000)}@`)).toEqual([]);
    expect(kinds(`x@${'a.'.repeat(50_000)}`)).toEqual([]);
  });

  it('gives places that cut the text apart', () => {
    expect(redactPersonalData('李雷 13812345678，li@example.com')).toBe('李雷 [PHONE]，[EMAIL]');
  });
});

it('the checksum and the date of an identity number both count', () => {
  expect(isChineseId('11010519491231002X')).toBe(true);
  expect(isChineseId('11010519491231002x')).toBe(true);
  expect(isChineseId('110105194912310029')).toBe(false);
  expect(isChineseId('110105194902300026')).toBe(false);
});
