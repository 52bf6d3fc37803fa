import { describe, expect, it } from 'vitest';
import { chineseConverter } from './chinese-converter.js';
import { languageIdentifier } from './identify-language.js';
import { latinLanguages } from './latin-languages.js';
import { scriptOfLanguage } from './script.js';
import { simplifiedOnly, traditionalOnly } from './variants.js';

describe('languageIdentifier', () => {
  const identify = languageIdentifier();
  it.each([
    ['一只小狗坐在椅子上', 'han', 'zh'],
    ['這個圖書館很大', 'han', 'zh'],
    ['这是 Apple 公司的 MacBook Pro', 'han', 'zh'],
    ['犬が椅子に座っている', 'kana', 'ja'],
    ['개가 의자에 앉아 있다', 'hangul', 'ko'],
    ['A small dog', 'latin', undefined],
    ['Маленькая собака', 'cyrillic', undefined],
    ['كلب صغير', 'arabic', undefined],
    ['42 %', 'none', undefined],
  ])('%s', (text, script, language) => {
    expect(identify(text)).toMatchObject({ script, language });
  });

  it('tells simplified from traditional, and both at once', () => {
    expect(identify('这个图书馆').variant).toBe('simplified');
    expect(identify('這個圖書館').variant).toBe('traditional');
    expect(identify('這個图书馆').variant).toBe('mixed');
    expect(identify('山水人口').variant).toBeUndefined();
  });

  it('asks eld what the script leaves open, and nothing else', async () => {
    const full = languageIdentifier(await latinLanguages());
    expect(full('The dog is sitting on a chair next to the window.').language).toBe('en');
    expect(full('Le chien est assis sur une chaise près de la fenêtre.').language).toBe('fr');
    expect(full('Der Hund sitzt auf einem Stuhl neben dem Fenster.').language).toBe('de');
    expect(full('一只小狗').language).toBe('zh');
  });

  it('knows the script of a language tag', () => {
    expect(scriptOfLanguage('zh-Hant-TW')).toBe('han');
    expect(scriptOfLanguage('EN')).toBe('latin');
    expect(scriptOfLanguage('tlh')).toBeUndefined();
  });
});

describe('variants', () => {
  it('are pairs that OpenCC knows', async () => {
    const simplify = await chineseConverter('traditional', 'simplified');
    const simplified = [...simplifiedOnly()];
    expect(simplified.length).toBeGreaterThan(550);
    for (const character of traditionalOnly()) expect(simplified, character).toContain(simplify(character));
    for (const character of simplified) expect(simplify(character)).toBe(character);
  });
});

it('chineseConverter converts phrases, not characters alone', async () => {
  const traditional = await chineseConverter('simplified', 'traditional');
  expect(traditional('头发、发展、皇后、后面')).toBe('頭髮、發展、皇后、後面');
  const simplified = await chineseConverter('taiwan', 'simplified');
  expect(simplified('這個圖書館')).toBe('这个图书馆');
});
