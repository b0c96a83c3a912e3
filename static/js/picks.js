// Who gets the words that are clicked on the page: the latest taker, until it lets go.

const takers = [];

/** handler({text, page, box}) is called for each click or drag on words, until the function that this returns is called. */
export function takePicks(handler) {
  takers.push(handler);
  return () => takers.includes(handler) && takers.splice(takers.indexOf(handler), 1);
}

/** Hand words to whoever wants them; false when nobody does. */
export function offerPick(pick) {
  takers.at(-1)?.(pick);
  return takers.length > 0;
}
