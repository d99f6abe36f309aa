/** The English name of a country. */
export const countryName = (code: string): string => new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;

/** Country codes by their English names, in small letters. Filled when it is first asked. */
const codesByName = new Map<string, string>();

/** The code of a country that is given by its code or English name; `undefined` for none. */
export function countryCodeOf(given: string): string | undefined {
  if (codesByName.size === 0) {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
      const name = countryName(code);
      // A code that is not a country is its own name; `ZZ` means unknown.
      if (name !== code && code !== 'ZZ') codesByName.set(name.toLowerCase(), code).set(code.toLowerCase(), code);
    }
  }
  return codesByName.get(given.toLowerCase());
}

/**
 * The code of a province that is given by its code or English name; `null` where the country has no such one. Of a
 * country whose provinces the fake does not know, any code is taken.
 */
export function provinceCodeOf(country: string, given: string): string | null {
  const known = provinces[country];
  if (!known) return given;
  const [code] = Object.entries(known).find(([, name]) => name.toLowerCase() === given.toLowerCase()) ?? [];
  return code ?? (known[given.toUpperCase()] === undefined ? null : given.toUpperCase());
}

/** Provinces of countries that have them in addresses: code and name. Other countries' are not known to the fake. */
const provinces: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AU: named(
    'ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia',
  ),
  CA: named(
    'AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon',
  ),
  US: named(
    'AL Alabama|AK Alaska|AS American Samoa|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|GU Guam|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VI U.S. Virgin Islands|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming',
  ),
  NZ: named(
    'AUK Auckland|BOP Bay of Plenty|CAN Canterbury|GIS Gisborne|HKB Hawke’s Bay|MWT Manawatu-Wanganui|MBH Marlborough|NSN Nelson|NTL Northland|OTA Otago|STL Southland|TKI Taranaki|TAS Tasman|WKO Waikato|WGN Wellington|WTC West Coast',
  ),
};

function named(list: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list.split('|').map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]),
  );
}

/** The English name of a province; `null` where the fake does not know it. */
export const provinceName = (country: string, code: string | null): string | null =>
  code === null ? null : (provinces[country]?.[code] ?? null);
