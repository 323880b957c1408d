import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { element, parseXml, renderXml } from '../../../clusters/pacemaker/xml.js';
import { fixture } from './fixtures.js';

describe('XML', () => {
  test('that is written is read back as it was, whatever its values hold', () => {
    // A line break in an attribute is a space by the rules of XML; words of ours have none.
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text));
    fc.assert(
      fc.property(value, value, (first, second) => {
        const tree = element('a', { x: first }, [element('b', { y: second, z: '' }), element('c', {})]);
        expect(parseXml(renderXml(tree), 'test')).toEqual(tree);
      }),
    );
  });

  test('that a tool wrote survives being read and written', () => {
    const tree = parseXml(fixture('healthy.cib.xml'), 'test');
    expect(parseXml(renderXml(tree), 'test')).toEqual(tree);
  });

  test('that is no XML, or empty, is refused in words', () => {
    for (const text of ['', 'no', '<a>', '<a></b>']) expect(() => parseXml(text, 'crm_mon')).toThrow(expect.objectContaining({ code: 'ClusterToolFailed' }));
  });

  test('of a large cluster is read whole', () => {
    const many = `<cib>${'<nvpair id="a" value="&lt;x&gt; &quot;y&quot; &#10;"/>'.repeat(20_000)}</cib>`;
    expect(parseXml(many, 'cibadmin').children).toHaveLength(20_000);
  });
});
