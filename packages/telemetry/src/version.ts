/** Of this package; the version of its instrumentation scope. A test holds it against package.json. */
export const version = '0.1.0'
