/** Keeps this process alive until the returned function is called: of spaCy's process nothing does, and somebody waits. */
export function keepAlive(): () => void {
  const timer = setInterval(() => {}, 0x7fffffff)
  return () => clearInterval(timer)
}
