import { Readable } from 'node:stream';
import { isShopwrightError } from 'shopwright';
import { type CsvContents, type CsvRow, type CsvSource, readCsv } from 'shopwright/sync';
import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';

const shopify = { format: 'shopify' } as const;

const read = (source: CsvSource): Promise<CsvContents> => readCsv(source, shopify).collect();

const found = ({ issues }: CsvContents): readonly string[] =>
  issues.map(({ severity, code, row, column }) => `${severity} ${code} ${row} ${column}`.trimEnd());

const titles = ({ products }: CsvContents) => products.map(({ draft }) => draft.title);

const text = 'Handle,Title,Variant Price\ntasse,Große Tasse 杯,1.00\n';

/** Splits bytes into pieces of a size. */
function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the encoding', () => {
  const bytes = new TextEncoder().encode(text);
  const utf16 = Buffer.from(`\uFEFF${text.replaceAll(',', '\t')}`, 'utf16le');
  const latin = Buffer.from('Handle;Title;Variant Price\r\ntasse;Große Tasse;1.00\r\n', 'latin1');

  it.each([1, 2, 3, 7, 1000])('is UTF-8, with a byte order mark or without, in pieces of %i bytes', async (size) => {
    for (const whole of [bytes, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])]) {
      const contents = await read(pieces(whole, size));
      expect([titles(contents), contents.issues]).toEqual([['Große Tasse 杯'], []]);
    }
  });

  it.each([1, 2, 3, 7, 1000])(
    'may be UTF-16 or Windows-1252 with other separators, and is reported, in pieces of %i bytes',
    async (size) => {
      const told = ['warning not-utf8 1', 'warning separator-not-comma 1'];
      if (size > 1) {
        const wide = await read(pieces(utf16, size));
        expect([titles(wide), found(wide)]).toEqual([['Große Tasse 杯'], told]);
      }
      const old = await read(pieces(latin, size));
      expect([titles(old), found(old).toSorted()]).toEqual([['Große Tasse'], told]);
      const big = await read(pieces(Buffer.from(utf16).swap16(), Math.max(size, 2)));
      expect([titles(big), found(big)]).toEqual([['Große Tasse 杯'], told]);
    },
  );

  it.each([1, 2, 3, 1000])(
    'is read behind the line by which Excel knows the separator, in pieces of %i bytes',
    async (size) => {
      for (const [separator, ends] of [
        [';', '\r\n'],
        ['\t', '\n'],
        [',', '\n'],
        ['|', '\r'],
        ['^', '\r\n'],
      ] as const) {
        const lines = ['Handle,Title,Variant Price', 'tasse,"Große\n""Tasse""",1.00', 'krug,Krug,zwei'];
        for (const first of [
          `sep=${separator}`,
          `SEP=${separator}`,
          `"sep=${separator}"`,
          `sep=${separator.repeat(3)}`,
        ]) {
          const whole = [`\uFEFF${first}`, ...lines.map((line) => line.replaceAll(',', separator))].join(ends) + ends;
          const contents = await read(pieces(new TextEncoder().encode(whole), size));
          expect(titles(contents)).toEqual(['Große\n"Tasse"', 'Krug']);
          const told = ['warning separator-line 1', ...(separator === ',' ? [] : ['warning separator-not-comma 1'])];
          expect(found(contents)).toEqual([...told, 'error price-not-a-number 3 Variant Price']);
          expect(contents.issues.at(-1)).toMatchObject({ line: 5 });
        }
      }
    },
  );

  it('is not read if there is only a separator line, or one with a wrong separator', async () => {
    expect(found(await read('sep=;'))).toEqual(['error not-a-product-file 1']);
    expect(found(await read('sep=;\nHandle,Title\na,A\n'))).toContain('error not-a-product-file 1');
  });

  it('that is mixed loses letters: the cells are reported, and their products left out', async () => {
    const mixed = Buffer.concat([bytes, Buffer.from('b,Caf\xe9,1.00\nc,Cup,1.00\n', 'latin1')]);
    for (const source of [mixed, pieces(mixed, 60)]) {
      const contents = await read(source);
      expect(found(contents)).toEqual(['warning not-utf8 1', 'error letters-lost 3 Title']);
      expect(contents.drafts.map(({ title }) => title)).toEqual(['Große Tasse 杯', 'Cup']);
    }
  });

  it.each([1, 2, 3, 4, 5])('keeps letters of four bytes whole, in pieces of %i bytes', async (size) => {
    const contents = await read(pieces(new TextEncoder().encode('Handle,Title,Variant Price\na,Tee 👕é杯,1\n'), size));
    expect([titles(contents), contents.issues]).toEqual([['Tee 👕é杯'], []]);
  });

  it('reports a letter that the end of the file cuts in two', async () => {
    const cut = new TextEncoder().encode('Handle,Variant Price,Title\na,1,Große Tasse 杯').subarray(0, -1);
    for (const source of [cut, pieces(cut, 7)]) {
      const contents = await read(source);
      expect(found(contents)).toEqual(['warning not-utf8 1', 'error letters-lost 2 Title']);
      expect(contents.drafts).toEqual([]);
    }
  });

  it('is detected as UTF-16 by its zeros without a mark', async () => {
    const plain = Buffer.from('Handle,Title,Variant Price\na,A,1\n', 'utf16le');
    for (const source of [plain, Buffer.from(plain).swap16()]) {
      const contents = await read(source);
      expect([titles(contents), found(contents)]).toEqual([['A'], ['warning not-utf8 1']]);
    }
  });

  it('can be set', async () => {
    const polish = Buffer.from([...Buffer.from('Handle,Title,Variant Price\na,'), 0xb3, ...Buffer.from(',1.00\n')]);
    const contents = await readCsv(polish, { ...shopify, encoding: 'windows-1250' }).collect();
    expect([titles(contents), contents.issues]).toEqual([['ł'], []]);
  });
});

describe('the form of the file', () => {
  it.each([
    ['CRLF', 'Handle,Title,Variant Price\r\na,A,1\r\nb,B,1'],
    ['line ends of several kinds', 'Handle,Title,Variant Price\r\na,A,1\nb,B,1\r'],
    ['cells padded outside their quotes', '"Handle","Title"  ,"Variant Price" \n"a" ,"A"  ,"1"  \n"b","B","1"\n'],
    ['an index before the handle', ',Handle,Title,Variant Price\n,a,A,1\n,b,B,1\n'],
  ])('may have %s', async (_name, file) => {
    const contents = await read(file);
    expect([titles(contents), contents.issues]).toEqual([['A', 'B'], []]);
  });

  it('may have empty rows and columns; rows and lines are counted on', async () => {
    const contents = await read(
      'Handle,Title,Body (HTML),Variant Price,,\n,,,,,\na,A,"x\ny",1,,\n\nb,B,\nc,C,,1,,9\nd,D,z,1,,,,\n',
    );
    expect(found(contents)).toEqual([
      'warning row-too-short 5',
      'error price-missing 5 Variant Price',
      'warning value-in-nameless-column 6',
    ]);
    expect(contents.issues.map(({ line }) => line)).toEqual([6, 6, 7]);
  });

  it('is reported if it was cut off within a row, whose product gives no draft', async () => {
    const file = 'Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,,,1\nb,B,Size,S,1\n';
    for (const [end, drafts, told] of [
      ['b,,,M', ['a'], 'error file-cut-off 4 Option1 Value'],
      ['c', ['a'], 'error file-cut-off 4 Handle'],
      ['c,C,,', ['a', 'b'], 'error file-cut-off 4 Option1 Value'],
    ] as const) {
      const contents = await read(file + end);
      expect([contents.drafts.map(({ localId }) => localId), found(contents)]).toEqual([drafts, [told]]);
    }
    // Files that omit the empty cells at the ends of rows are complete.
    const ragged = await read('Handle,Title,Variant Price,Tags\na,A,1\nb,B,1');
    expect(ragged.drafts).toHaveLength(2);
  });

  it('may have quotes within a cell that is not quoted, with a warning', async () => {
    const contents = await read('Handle,Title,Variant Price\na,27" Screen,1\n');
    expect([titles(contents), found(contents)]).toEqual([['27" Screen'], ['warning stray-quote 2 Title']]);
  });

  it.each([
    [
      'a quote within quotes, in a cell of several lines',
      'Handle,Title,Variant Price\na,A,1\nb,"10" wide\nand more",1\nc,C,1\n',
      'error bad-quoting 3 Title',
    ],
    [
      'a quote never closed',
      'Handle,Title,Variant Price\na,A,1\nb,"10 wide,1\nc,C,1\n',
      'error quote-not-closed 3 Title',
    ],
  ])('in which the end of a cell is unclear gives nothing: %s', async (_name, file, issue) => {
    expect(await read(file)).toMatchObject({ products: [], drafts: [] });
    expect(found(await read(file))).toEqual([issue]);
    const thrown = await Readable.from(readCsv(file, shopify))
      .toArray()
      .catch((error: unknown) => error);
    expect(isShopwrightError(thrown, 'VALIDATION_FAILED') && thrown.issues[0]?.field).toBe(
      'row 3 (line 3), column "Title"',
    );
  });

  it('may have a quote within quotes, which costs its row, and the product of that row', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,S,1\na,,,"10" wide",1\nb,B,,,1\nc,"C 10" wide",,,1\nd,D,,,1\n"e"x,E,,,1\n',
    );
    expect(found(contents)).toEqual([
      'error bad-quoting 3 Option1 Value',
      'error bad-quoting 5 Title',
      'error bad-quoting 7 Handle',
    ]);
    expect(titles(contents)).toEqual(['A', 'B', 'D']);
    // The last row may belong to D: its handle is unknown.
    expect(contents.drafts.map(({ title }) => title)).toEqual(['B']);
  });

  it('whose rows are shifted is one error, however many rows it has', async () => {
    const header = 'Handle,Title,Tags,Published,Variant Price,Variant Inventory Policy';
    const rows = Array.from({ length: 500 }, (_, at) => `p-${at},P,a, b,true,5.00,deny`);
    const contents = await read([header, ...rows].join('\n'));
    expect(found(contents)).toEqual(['error file-shifted 2']);
    expect(contents.issues[0]?.message).toContain('500 rows');
    expect(contents.drafts).toEqual([]);
    const one = await read([header, 'a,A,x,true,1.00,deny', rows[0], 'b,B,x,true,1.00,deny'].join('\n'));
    expect(one.drafts.map(({ localId }) => localId)).toEqual(['a', 'b']);
    expect(one.issues.every(({ row }) => row === 3)).toBe(true);
  });
});

describe('a stream', () => {
  /** A file of any length, of which only pieces are in memory. */
  function* endless(products: number, note: (row: number) => void = () => undefined): Generator<string> {
    yield 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Body (HTML)\n';
    for (let at = 0; at < products; at += 1) {
      note(at);
      const body = 'x'.repeat(8000);
      yield `p-${at},P ${at},Size,S,s-${at},1.00,${body}\np-${at},,,M,m-${at},1.00,\n`;
    }
    yield 'p-0,,,L,l-0,1.00,\n';
  }

  it('is read in chunks: products come before its end, and rows that come too late are reported', async () => {
    let last = 0;
    let firstAt: number | undefined;
    let count = 0;
    const late: string[] = [];
    for await (const { draft, issues } of readCsv(
      endless(3000, (row) => {
        last = row;
      }),
      shopify,
    )) {
      firstAt ??= last;
      count += 1;
      if (issues.length > 0) late.push(`${draft.localId} ${issues.map(({ code }) => code)}`);
    }
    expect(firstAt).toBeLessThan(2500);
    expect([count, late]).toEqual([3001, ['p-0 handle-returns,handle-returns-late,title-missing,option-name-missing']]);
  });

  it('gives no draft of a product whose last rows come too late', async () => {
    function* feed(): Generator<string> {
      yield 'Handle,Title,Option1 Name,Option1 Value,Variant Price,Body (HTML)\n';
      for (let at = 0; at < 20; at += 1) yield `p-${at},P,Size,S,1.00,${'x'.repeat(1_000_000)}\n`;
      yield 'p-0,,,M,1.00,\n';
    }
    const { drafts, products } = await read(feed());
    expect(products).toHaveLength(21);
    expect(drafts.map(({ localId }) => localId)).toEqual(Array.from({ length: 19 }, (_, at) => `p-${at + 1}`));
  });

  it('keeps the current product complete, however large it is', async () => {
    function* feed(): Generator<string> {
      yield 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Shelf\n';
      for (let at = 0; at < 20; at += 1) yield `p,${at ? '' : 'P'},Size,S${at},s-${at},1.00,${'x'.repeat(1_000_000)}\n`;
    }
    const { drafts } = await read(feed());
    expect(drafts.map(({ variants }) => variants?.length)).toEqual([20]);
  });

  it('may be stopped early, which closes it', async () => {
    const source = Readable.from(endless(5000));
    for await (const product of readCsv(source, shopify)) {
      expect(product.row).toBe(2);
      break;
    }
    if (!source.closed) await new Promise((resolve) => source.on('close', resolve));
    expect(source.destroyed).toBe(true);
  });

  it('that fails ends the reading with its own error', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield text;
      throw new Error('connection lost');
    }
    await expect(readCsv(failing(), shopify).collect()).rejects.toThrow('connection lost');
    await expect(Readable.from(readCsv(failing(), shopify)).toArray()).rejects.toThrow('connection lost');
  });
});

describe('a mapping', () => {
  const format = {
    groupBy: 'style',
    product: { title: 'name', tags: 'labels' },
    options: { Size: 'size' },
    variant: { sku: 'sku', price: 'price', barcode: 'ean' },
    images: 'picture',
  };

  it('reads a file of any columns, with one row for each variant', async () => {
    const feed =
      'style;name;labels;size;sku;price;ean;picture\n9007199254740993;Tee;"a, b";S;T-S;9.00;376104250021234569;https://img.test/1.jpg\n;;;;;;;\n9007199254740993;;;M;T-M;9.00;;\n9007199254740992;Cap;;;C;5.00;;\n;Lost;;;L;1.00;;\n';
    const contents = await readCsv(feed, { format }).collect();
    expect(contents.drafts).toEqual([
      {
        ...{ localId: '9007199254740993', sku: 'optional', title: 'Tee', tags: ['a', 'b'], options: ['Size'] },
        images: [{ url: 'https://img.test/1.jpg' }],
        variants: [
          { sku: 'T-S', price: '9.00', barcode: '376104250021234569', options: { Size: 'S' } },
          { sku: 'T-M', price: '9.00', options: { Size: 'M' } },
        ],
      },
      {
        localId: '9007199254740992',
        sku: 'optional',
        title: 'Cap',
        variants: [{ sku: 'C', price: '5.00', options: {} }],
      },
    ]);
    expect(contents.drafts.map((draft) => validateProduct(draft).ok)).toEqual([true, true]);
    expect(found(contents)).toEqual(['warning separator-not-comma 1', 'error row-rejected 6']);
  });

  const mapping = {
    groupBy: 'style',
    product: { title: 'name' },
    options: { Size: 'size' },
    variant: { sku: 'sku', price: 'price' },
  };
  const readMapped = (source: CsvSource) => readCsv(source, { format: mapping }).collect();
  const header = 'style,name,size,sku,price\n';

  it('leaves out a product of which a row comes too late, whole and in part', async () => {
    function* feed(): Generator<string> {
      yield header;
      for (let at = 0; at < 20; at += 1) yield `p-${at},${'x'.repeat(1_000_000)},S,s-${at},1.00\n`;
      yield 'p-0,,M,m-0,1.00\n';
    }
    const contents = await readMapped(feed());
    expect(found(contents)).toEqual(['error row-late 22']);
    expect(contents.products).toHaveLength(21);
    expect(contents.drafts.map(({ localId }) => localId)).toEqual(Array.from({ length: 19 }, (_, at) => `p-${at + 1}`));
  });

  it.each([
    ['a quote never closed', 'a,A,S,"s,1\nb,B,S,s-b,1\n', ['error quote-not-closed 2 sku']],
    ['a quote within quotes', 'a,A,S,"10" s",1\nb,B,S,s-b,1\n', ['error bad-quoting 2 sku']],
    ['a header alone', '', ['warning no-rows 1']],
    ['empty rows alone', ',,,,\n,,,,\n', ['warning no-rows 1']],
  ])('reports %s, and gives no draft', async (_what, rows, issues) => {
    const contents = await readMapped(header + rows);
    expect([found(contents), contents.drafts]).toEqual([issues, []]);
  });

  it('whose function throws loses the product, and reports each of its rows', async () => {
    const title = (row: CsvRow): string => {
      if (row['style'] === 'a') throw new Error('no title');
      return row['name'] ?? '';
    };
    const reading = readCsv(`${header}a,A,S,s,1\na,,M,m,1\nb,B,S,s,1\n`, {
      format: { ...mapping, product: { title } },
    });
    const contents = await reading.collect();
    expect(found(contents)).toEqual(['error row-rejected 2', 'error row-rejected 3']);
    expect(contents.issues[0]?.message).toContain('no title');
    expect(titles(contents)).toEqual(['B']);
  });

  it('is refused for an empty file, with the columns that it names', async () => {
    expect(found(await readMapped(''))).toEqual(['error column-missing 1 style']);
  });

  it('must name columns that are there', async () => {
    const contents = await readCsv('style,name\na,A\n', { format }).collect();
    expect(found(contents)).toEqual(['error column-missing 1 picture']);
  });
});

describe('readCsv', () => {
  it.each([
    [{ format: 'magento' }, /format/],
    [{ format: 'shopify', encoding: 'klingon' }, /encoding/],
    [{ format: 'shopify', separator: ';' }, /separator/],
  ])('refuses %j', (options, message) => {
    expect(() => readCsv('', options as never)).toThrow(message);
  });

  it('reads a source once', async () => {
    const reading = readCsv(text, shopify);
    await reading.collect();
    await expect(reading.collect()).rejects.toThrow(/read only once/);
  });

  it('has issues of the file for those who iterate', async () => {
    const reading = readCsv('Handle,Title,Variant Price,Shelf\na,A,1,B7\n', shopify);
    for await (const { issues } of reading) expect(issues).toEqual([]);
    expect(reading.issues).toMatchObject([{ code: 'column-unknown', column: 'Shelf' }]);
  });
});
