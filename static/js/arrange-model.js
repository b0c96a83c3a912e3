// What pages stand where, without any page of the browser: every step gives a new state, so that undo is to go back.

/** A state: groups of page keys, the keys left out, and how far each page is turned. Keys are "document:number". */
export function startModel(documents) {
  const pages = new Map(); // key -> { document, number, file, page, thumb, image }
  const known = new Map(); // document id -> document
  let state = { groups: [], out: [], turns: {} };
  let past = [];
  let future = [];
  const selected = new Set();
  let focus = "";

  const keysOf = (document) => document.pages.map((page) => `${document.id}:${page.number}`);
  const order = () => [...state.groups.flat(), ...state.out];
  const lockedKey = (key) => Boolean(pages.get(key).document.locked);
  const lockedGroup = (group) => group.length > 0 && lockedKey(group[0]);
  const groupAt = (key) => state.groups.findIndex((group) => group.includes(key));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function know(document) {
    known.set(document.id, document);
    for (const page of document.pages) pages.set(`${document.id}:${page.number}`, { ...page, document });
  }

  function add(document) {
    if (known.has(document.id) || !document.pages.length) return false;
    know(document);
    // No step to undo: what is added is as it was, and stays at hand.
    const groups = (one) => ({ ...one, groups: [...one.groups, keysOf(document)] });
    state = groups(state);
    past = past.map(groups);
    future = future.map(groups);
    focus ||= keysOf(document)[0];
    return true;
  }

  /** Take a new state, unless nothing is different. */
  function take(next) {
    const tidy = { ...next, groups: next.groups.filter((group) => group.length) };
    if (same(tidy, state)) return false;
    past.push(state);
    future = [];
    state = tidy;
    return true;
  }

  /** The pages that a command means: those selected, else the one in focus; never locked ones. In their order. */
  function meant() {
    const keys = selected.size ? order().filter((key) => selected.has(key)) : [focus];
    return keys.filter((key) => key && !lockedKey(key));
  }

  const without = (keys) => ({
    ...state,
    groups: state.groups.map((group) => group.filter((key) => !keys.includes(key))),
    out: state.out.filter((key) => !keys.includes(key)),
  });

  /** Put pages before or behind another page, or into a group of their own at an index. */
  function moveTo(keys, { beside, after = false, newAt }) {
    if (!keys.length || keys.includes(beside)) return false;
    const next = without(keys);
    if (beside !== undefined) {
      const group = next.groups.find((one) => one.includes(beside));
      if (!group || lockedGroup(group)) return false;
      group.splice(group.indexOf(beside) + (after ? 1 : 0), 0, ...keys);
    } else {
      next.groups.splice(newAt, 0, keys);
    }
    return take(next);
  }

  /** One place earlier (-1) or later (1), over the borders of documents. */
  function shift(by) {
    const keys = meant().filter((key) => groupAt(key) >= 0);
    if (!keys.length) return false;
    const edge = by < 0 ? keys[0] : keys.at(-1);
    const at = groupAt(edge);
    const neighbour = state.groups[at][state.groups[at].indexOf(edge) + by];
    if (neighbour && !keys.includes(neighbour)) return moveTo(keys, { beside: neighbour, after: by > 0 });
    return toGroup(by, keys, at);
  }

  /** To the end of the document before, or the start of the one after; beyond the last one, into a new one. */
  function toGroup(by, keys = meant(), at = groupAt(keys[0])) {
    if (!keys.length || at < 0) return false;
    let to = at + by;
    while (state.groups[to] && lockedGroup(state.groups[to])) to += by;
    const group = state.groups[to];
    if (group) return moveTo(keys, { beside: by < 0 ? group.at(-1) : group[0], after: by < 0 });
    return moveTo(keys, { newAt: by < 0 ? 0 : state.groups.length });
  }

  function split(key = focus) {
    const at = groupAt(key);
    if (at < 0 || lockedKey(key)) return false;
    const group = state.groups[at];
    const cut = group.indexOf(key);
    if (cut < 1) return false;
    return take({ ...state, groups: state.groups.toSpliced(at, 1, group.slice(0, cut), group.slice(cut)) });
  }

  function merge(at = groupAt(focus)) {
    if (at < 1 || lockedGroup(state.groups[at]) || lockedGroup(state.groups[at - 1])) return false;
    return take({ ...state, groups: state.groups.toSpliced(at - 1, 2, [...state.groups[at - 1], ...state.groups[at]]) });
  }

  function rotate(keys = meant(), by = 90) {
    const turns = { ...state.turns };
    for (const key of keys) turns[key] = ((turns[key] ?? 0) + by + 360) % 360;
    return keys.length > 0 && take({ ...state, turns: Object.fromEntries(Object.entries(turns).filter(([, turn]) => turn)) });
  }

  /** Leave pages out; those that are out already come back in. */
  function remove(keys = meant()) {
    const back = keys.filter((key) => state.out.includes(key));
    if (back.length === keys.length) return keys.length > 0 && putBack(back);
    const gone = keys.filter((key) => !state.out.includes(key));
    const next = without(gone);
    const neighbour = order().slice(order().indexOf(gone.at(-1)) + 1).find((key) => !gone.includes(key));
    const took = take({ ...next, out: [...next.out, ...gone] });
    if (took) focus = neighbour ?? order()[0] ?? "";
    return took;
  }

  function putBack(keys) {
    const next = without(keys);
    for (const key of keys) {
      const siblings = keysOf(pages.get(key).document);
      const before = siblings.slice(0, siblings.indexOf(key)).reverse();
      const after = siblings.slice(siblings.indexOf(key) + 1);
      const inside = (other) => next.groups.some((group) => group.includes(other));
      const beside = before.find(inside) ?? after.find(inside);
      const group = next.groups.find((one) => one.includes(beside));
      if (group) group.splice(group.indexOf(beside) + (before.includes(beside) ? 1 : 0), 0, key);
      else next.groups.push([key]);
    }
    return take(next);
  }

  function travel(from, to) {
    if (!from.length) return false;
    to.push(state);
    state = from.pop();
    if (!order().includes(focus)) focus = order()[0] ?? "";
    return true;
  }

  const original = () => ({ groups: [...known.values()].map(keysOf), out: [], turns: {} });

  /** Whether a group is one of the documents just as it is. */
  const isUnchanged = (group) => {
    const document = pages.get(group[0]).document;
    return same(group, keysOf(document)) && !group.some((key) => state.turns[key]);
  };
  const changed = () => state.out.length > 0 || state.groups.some((group) => !isUnchanged(group));

  for (const document of documents) add(document);

  return {
    pages, known, selected, order, lockedKey, lockedGroup, groupAt, add, meant, moveTo, shift, toGroup, split, merge, rotate, remove, isUnchanged, changed,
    get state() { return state; },
    get focus() { return focus; },
    set focus(key) { focus = key; },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    undo: () => travel(past, future),
    redo: () => travel(future, past),
    discard: () => take(original()),
    /** What a draft needs to come back: the documents with their states, and all steps. */
    draft: () => ({ seen: Object.fromEntries([...known.values()].map((one) => [one.id, one.state])), state, past: past.slice(-100) }),
    resume: (draft) => { state = draft.state; past = draft.past; future = []; },
    request: () => ({
      seen: Object.fromEntries([...known.values()].map((one) => [one.id, one.state])),
      groups: state.groups.map((group) => group.map((key) => ({ invoice: pages.get(key).document.id, number: pages.get(key).number, turn: state.turns[key] ?? 0 }))),
    }),
  };
}
