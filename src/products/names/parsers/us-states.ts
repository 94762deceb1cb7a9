const STATES =
  'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,' +
  'FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,' +
  'MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,' +
  'NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,' +
  'PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,' +
  'WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,AS American Samoa,GU Guam,MP Northern Mariana Islands,' +
  'PR Puerto Rico,VI U.S. Virgin Islands';

/** States, the District of Columbia and territories of ISO 3166-2:US, name by full code (`US-AK`). */
export const US_STATES: Readonly<Record<string, string>> = Object.fromEntries(
  STATES.split(',').map((entry) => [`US-${entry.slice(0, 2)}`, entry.slice(3)]),
);

/** Postal code → ISO 3166-2 code. */
export const US_STATE_CODES: ReadonlyMap<string, string> = new Map(
  Object.keys(US_STATES).map((code) => [code.slice(3), code]),
);
