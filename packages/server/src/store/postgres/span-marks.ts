// Bits of span_row.marks.

/** Sent before it ended. */
export const markRunning = 1
/** name_text holds the name. */
export const markNameText = 2
/** A model call whose tokens the trace adds up: no span directly inside or around it tells more of the same call (ADR 0007). */
export const markTokensCounted = 4
/** A model call, whether it told tokens or not. */
export const markModelCall = 8
/** A model call that makes embeddings. */
export const markEmbeddings = 16
/** A model call whose tokens are not counted because the one around it tells more of the same call. */
export const markLessTold = 32

/** What every call is marked with; rows of before there was markModelCall have the other alone. */
export const callMarks = markModelCall | markTokensCounted
