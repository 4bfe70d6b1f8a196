// Which columns look as if they held what belongs to people. Their values go into no pattern file, unless asked for: such
// a file is read by many and kept for long. It errs to the safe side, and knows English names only.

/** By the words of their names; all words of one of these. */
const personal: readonly (readonly string[])[] = (
  'email|mail|phone|mobile|fax|address|street|zip|zipcode|postal|postcode|birth|birthday|birthdate|dob|ssn|passport|' +
  'password|passwd|pwd|secret|token|hash|salt|signature|iban|bic|account number|card|cvv|tax id|vat|license plate|' +
  'first name|last name|middle name|given name|family name|full name|surname|forename|firstname|lastname|fullname|' +
  'nickname|username|user name|login|contact|ip|ip address|mac|latitude|longitude|lat|lng|location|' +
  'gender|sex|religion|ethnicity|race|nationality|health|diagnosis|salary|' +
  'photo|picture|avatar|comment|comments|note|notes|remark|remarks|message|body'
)
  .split('|')
  .map((name) => name.split(' '))

/** Tables of people: what is a `name` elsewhere is somebody's name there. */
const people = new Set(
  (
    'person people customer client user employee staff member patient student teacher author actor artist player ' +
    'guest driver contact owner buyer seller subscriber passenger doctor nurse manager agent candidate applicant lead account profile'
  ).split(' '),
)
const names = new Set(['name', 'title', 'label', 'initials', 'alias', 'company', 'employer', 'organization'])

/** @param tableWords and `columnWords` of the names, in lower case and singular */
export function looksPersonal(tableWords: readonly string[], columnWords: readonly string[]): boolean {
  if (personal.some((words) => words.every((word) => columnWords.includes(word)))) return true
  return columnWords.some((word) => names.has(word)) && tableWords.some((word) => people.has(word))
}

/** A value that no word of a schema looks like: an address of some kind, a number to call, an id. */
export function looksPersonalValue(value: string): boolean {
  return /@|:\/\/|\d[\d\s().-]{5,}\d|[0-9a-f]{8}-[0-9a-f]{4}/i.test(value)
}
